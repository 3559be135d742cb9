import {
  completenessOf,
  type ExecutionProfile,
  type Keyed,
  keyed,
  type Seen,
  wildcardsOf,
  writeProfile,
} from '../../profile/index.ts';
import { colour, printable, table } from '../output/index.ts';

/** A profile as people read it: how it was made, then every entry. */
export function profilePage(profile: ExecutionProfile, digest: string): string {
  const all = keyed(profile);
  const sections = (['executables', 'processes', 'files', 'outbound', 'inbound', 'memory'] as const)
    .map((section) => all.filter((one) => one.section === section))
    .filter((rows) => rows.length > 0)
    .map((rows) => sectionTable(rows, profile));
  return [header(profile, digest), ...sections].join('\n');
}

function header(profile: ExecutionProfile, digest: string): string {
  const { subject, recorded, rules, aliases, omitted, tests } = profile;
  const { entries, added } = completenessOf(profile);
  const [first, last] = [recorded.runs[0], recorded.runs.at(-1)];
  const runs = recorded.runs.length;
  const lines = [
    `profile   ${digest}, ${writeProfile(profile).length} bytes`,
    `image     ${subject ?? 'not known'}`,
    first === undefined || last === undefined
      ? 'recorded  in no run'
      : `recorded  in ${runs} ${runs === 1 ? 'run' : 'runs'} from ${first.from} to ${last.to}; new in each: ${added.join(', ')} of ${entries}`,
    `lost      ${recorded.gaps.length === 0 ? 'nothing' : recorded.gaps.map(({ cause, count }) => `${cause} ${count ?? '?'}`).join(', ')}`,
    ...(recorded.notShown.length === 0 ? [] : [`not shown ${recorded.notShown.join(', ')}`]),
    `wildcards ${wildcardsOf(profile)} of ${entries} entries`,
    `rules     ${rules.length === 0 ? 'none' : rules.join(', ')}`,
    ...aliases.map(([alias, target]) => `alias     ${alias} is ${target}`),
    ...omitted.map(({ what, reason, count }) => `omitted   ${what}: ${reason}, ${count} times`),
    `tests     ${testsText(tests)}`,
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

function testsText({ functional, attacks }: ExecutionProfile['tests']): string {
  const texts = [
    ...(functional === undefined ? [] : [`functional: ${functional.falseDrift} of ${functional.ran} drifted`]),
    ...(attacks === undefined ? [] : [`attacks: ${attacks.alerted} of ${attacks.ran} told`]),
  ];
  return texts.length === 0 ? 'not run' : texts.join('; ');
}

function sectionTable(rows: readonly Keyed[], profile: ExecutionProfile): string {
  const [{ section: name } = { section: '' }] = rows;
  const seen = rows.some((one) => one.seen !== undefined);
  const columns = [
    { title: name.toUpperCase(), shrinks: true },
    { title: 'ALLOWED' },
    ...(seen ? [{ title: 'SEEN', align: 'right' as const }, { title: 'RUNS' }, { title: 'RULES' }] : []),
  ];
  const cells = rows.map((one) => [
    printable(one.key),
    printable(one.allowed),
    ...(one.seen === undefined ? [] : seenCells(one.seen, profile)),
  ]);
  return table(columns, cells);
}

function seenCells({ count, runs, rules }: Seen, { recorded }: ExecutionProfile): readonly string[] {
  const marks = recorded.runs.map((_, index) => (Math.floor(runs / 2 ** index) % 2 === 1 ? '●' : '·')).join('');
  return [String(count), marks, rules.length === 0 ? '' : colour('cyan', rules.join(' '))];
}
