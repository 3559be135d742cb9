import type { Command } from 'commander';
import { driftCodes } from '../profile/index.ts';
import { type Finding, findFinding, findingCodes } from '../watch/index.ts';
import { colour, printable, write, writeJson } from './output/index.ts';
import { openStore } from './running/index.ts';

interface ExplainOptions {
  readonly json?: true;
  readonly store?: string;
}

export function register(program: Command): void {
  program
    .command('explain')
    .description('One finding: what happened, who did it, which file, why it is a finding and what to do.')
    .argument('<finding>', 'its id or the beginning of it')
    .option('--store <dir>', 'where evidence is kept')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExamples:\n  holdfast explain F-3d195c1f')
    .action(explain);
}

async function explain(text: string, options: ExplainOptions): Promise<void> {
  await using ledger = openStore(options.store);
  const finding = findFinding(ledger, text);
  const { meaning, remedy } = finding.term === 'identity' ? findingCodes[finding.code] : driftCodes[finding.code];
  if (options.json) await writeJson({ ...finding, meaning, remedy });
  else await write(story(finding, meaning, remedy));
}

function story(finding: Finding, meaning: string, remedy: string): string {
  const { process } = finding;
  return [
    `${colour('red', finding.code)}  ${finding.id}`,
    meaning,
    '',
    `  when       ${finding.time}`,
    `  container  ${printable(finding.container)}`,
    `  image      ${finding.image ?? 'not known'}`,
    ...about(finding),
    `  why        ${printable(finding.why)}`,
    '',
    'Who did it, from the outside in:',
    ...tree(process),
    '',
    'What to do:',
    `  ${remedy}`,
    ...allowed(finding),
    '',
  ].join('\n');
}

function about(finding: Finding): readonly string[] {
  if (finding.term === 'behaviour')
    return [
      `  what       ${printable(finding.subject)}`,
      `  profile    ${finding.profile}`,
      `  nearest    ${printable(finding.nearest ?? 'no entry of its kind')}`,
      ...(finding.session === null
        ? []
        : [`  session    ${printable(finding.session.name)} (${finding.session.evidence}): it does not count`]),
    ];
  const { path, sha256, from } = finding.file;
  return [`  file       ${printable(path)}`, `  sha256     ${sha256 ?? 'not hashed'}`, `  from       ${from}`];
}

/** What would make it none. */
function allowed(finding: Finding): readonly string[] {
  if (finding.term === 'identity') return [];
  if (finding.amendment === null) return ['', 'No amendment can allow it: its bytes, or where it lies, are not known.'];
  return [
    '',
    `If it is right, \`holdfast profile amend ${finding.id}\` writes an exception to review and sign, which allows:`,
    `  ${printable(finding.amendment)}`,
  ];
}

/** The process tree: the last parent is the first line. */
function tree(process: Finding['process']): readonly string[] {
  const chain = [...process.parents.toReversed(), process];
  return chain.map((one, depth) => {
    const argv = one.argv.length === 0 ? '' : `  ${printable(one.argv.map(quoted).join(' '))}`;
    const path = one.path === '' ? '(outside the container, or started before Holdfast)' : printable(one.path);
    const uid = one === process ? `, uid ${process.uid}` : '';
    return `${'  '.repeat(depth + 1)}${path}  pid ${one.pid}${uid}${argv}`;
  });
}

function quoted(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
