import { completenessOf, type ExecutionProfile, wildcardsOf } from '../../profile/index.ts';
import { printable } from '../output/index.ts';

/** What was recorded, how complete it is, and what to do next. */
export function summaryOf(output: string, bytes: number, profile: ExecutionProfile): string {
  const { processes, files, outbound, inbound, recorded, omitted } = profile;
  const { entries, added } = completenessOf(profile);
  const last = added.at(-1) ?? 0;
  const lost = recorded.gaps.map(({ cause, count }) => `${cause} ${count ?? '?'}`);
  const lines = [
    `${output}: ${bytes} bytes; ${processes.length} programs, ${files.length} files, ${outbound.length} peers, ${inbound.length} ports`,
    `entries    ${entries} seen, ${wildcardsOf(profile)} stand for more than one thing`,
    `runs       ${recorded.runs.map(({ id }, at) => `${id} added ${added[at] ?? 0}`).join(', ')}`,
    `lost       ${lost.length === 0 ? 'nothing' : lost.join(', ')}`,
    ...(recorded.notShown.length === 0 ? [] : [`not shown  ${recorded.notShown.join(', ')}`]),
    ...omitted.map(({ what, reason, count }) => `omitted    ${what}: ${reason}, ${count} times`),
    ...nextSteps(output, recorded.runs.length, last, entries),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

/** As `profile lint` has it: one entry in fifty is much. */
function nextSteps(output: string, runs: number, last: number, entries: number): readonly string[] {
  const more =
    runs < 2
      ? ['next       record more runs: one alone does not say how much is missing']
      : last * 50 > entries
        ? ['next       record more runs: the last one still added much']
        : [];
  return [...more, `next       holdfast profile lint ${output}; holdfast profile test ${output}`];
}
