import type { Command } from 'commander';
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
  const { meaning, remedy } = findingCodes[finding.code];
  if (options.json) await writeJson({ ...finding, meaning, remedy });
  else await write(story(finding, meaning, remedy));
}

function story(finding: Finding, meaning: string, remedy: string): string {
  const { file, process } = finding;
  return [
    `${colour('red', finding.code)}  ${finding.id}`,
    meaning,
    '',
    `  when       ${finding.time}`,
    `  container  ${printable(finding.container)}`,
    `  image      ${finding.image ?? 'not known'}`,
    `  file       ${printable(file.path)}`,
    `  sha256     ${file.sha256 ?? 'not hashed'}`,
    `  from       ${file.from}`,
    `  why        ${printable(finding.why)}`,
    '',
    'Who did it, from the outside in:',
    ...tree(process),
    '',
    'What to do:',
    `  ${remedy}`,
    '',
  ].join('\n');
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
