import { type Amendment, formatAmendment, longestLine } from '../amendment/line.ts';
import { argumentPattern } from '../generalise/arguments.ts';
import type { ProcessRan } from '../observation.ts';
import { literalPattern } from '../pattern/index.ts';
import { processText } from '../text/entries.ts';
import { allowsArguments } from './arguments.ts';
import { type CompiledProcess, type CompiledProfile, type CompiledProgram, startKey } from './compile.ts';
import type { Drift } from './drift.ts';
import type { DriftCode } from './drift-codes.ts';
import { nearestProgram } from './nearest.ts';

export function judgeProcess(compiled: CompiledProfile, seen: ProcessRan): 'allowed' | Drift {
  const program = compiled.programs.get(seen.path);
  if (program !== undefined && hasBytes(program, seen)) {
    const entry = program.byStart.get(startKey(seen.uid, seen.parent));
    if (entry !== undefined && allows(entry, seen)) return 'allowed';
    // Of what the sensor could not show when it recorded, nothing is claimed.
    const unclaimed = program.byStart.get(startKey(seen.uid, '@unknown'));
    if (unclaimed !== undefined && allows(unclaimed, seen)) return 'allowed';
    // A parent that is not known now is not held against it.
    if (seen.parent === '@unknown' && program.processes.some((one) => one.entry.uid === seen.uid && allows(one, seen)))
      return 'allowed';
  }
  if (isDeclared(compiled, seen)) return 'allowed';
  return driftOf(compiled, program, seen);
}

export function hasBytes(
  program: CompiledProgram,
  { ofImage, sha256 }: Pick<ProcessRan, 'ofImage' | 'sha256'>,
): boolean {
  return (ofImage && program.ofImage) || (sha256 !== undefined && program.sha256.has(sha256));
}

function allows({ entry, arguments: lists }: CompiledProcess, seen: ProcessRan): boolean {
  return (seen.capabilities & ~entry.capabilities) === 0n && allowsArguments(lists, seen.argv, seen.argvWhole);
}

/** A probe or hook of the pod's own specification, run by the runtime as the image's own bytes. */
function isDeclared({ declared }: CompiledProfile, { parent, ofImage, argv, argvWhole }: ProcessRan): boolean {
  return declared.size > 0 && parent === '@exec' && ofImage && argvWhole && declared.has(argv.join('\0'));
}

function driftOf(compiled: CompiledProfile, program: CompiledProgram | undefined, seen: ProcessRan): Drift {
  const amendment = amendmentFor(seen);
  const drift = (code: DriftCode, why: string, nearest: CompiledProcess | undefined): Drift => ({
    code,
    observation: seen,
    why,
    nearest: nearest === undefined ? nearestProgram(compiled, seen.path) : processText(nearest.entry),
    amendment,
  });
  if (program === undefined || program.processes.length === 0)
    return drift('process-not-in-profile', `${seen.path} ran${by(seen)}; the profile does not have it`, undefined);
  const { processes } = program;
  const near = mostAlike(processes, seen);
  if (!hasBytes(program, seen)) {
    const bytes = seen.sha256 === undefined ? 'bytes that could not be told' : `sha256 ${seen.sha256.slice(0, 12)}…`;
    return drift('process-other-bytes', `${seen.path} ran with ${bytes}; the profile has other bytes for it`, near);
  }
  const sameUser = processes.filter((one) => one.entry.uid === seen.uid);
  const sameParent = processes.filter(
    (one) =>
      [one.entry.parent, seen.parent].some((parent) => parent === '@unknown') || one.entry.parent === seen.parent,
  );
  const both = sameUser.filter((one) => sameParent.includes(one));
  if (both.length === 0) {
    if (sameParent.length > 0)
      return drift(
        'process-other-user',
        `${seen.path} ran as uid ${seen.uid}; the profile has it as ${listed(sameParent, 'uid')}`,
        near,
      );
    return drift(
      'process-other-parent',
      `${seen.path} ran${by(seen)}; the profile has it started by ${listed(processes, 'parent')}`,
      near,
    );
  }
  const enough = both.filter((one) => (seen.capabilities & ~one.entry.capabilities) === 0n);
  if (enough.length === 0) {
    const allowed = both.reduce((sum, one) => sum | one.entry.capabilities, 0n);
    const more = (seen.capabilities & ~allowed).toString(16);
    return drift(
      'process-more-capabilities',
      `${seen.path} ran with capabilities beyond the profile’s (0x${more})`,
      near,
    );
  }
  return drift('process-other-arguments', `${seen.path} ran with arguments that the profile does not have`, near);
}

function by({ parent }: ProcessRan): string {
  switch (parent) {
    case '@entry':
      return ' as the container’s first process';
    case '@exec':
      return ', started from outside the container';
    case '@unknown':
      return '';
    default:
      return `, started by ${parent}`;
  }
}

function listed(processes: readonly CompiledProcess[], field: 'uid' | 'parent'): string {
  const all = [...new Set(processes.map((one) => String(one.entry[field])))];
  return all.length > 4 ? `${all.slice(0, 4).join(', ')} and ${all.length - 4} others` : all.join(', ');
}

/** Of one program: the entry that has most in common with what was seen. */
function mostAlike(processes: readonly CompiledProcess[], seen: ProcessRan): CompiledProcess | undefined {
  const score = ({ entry }: CompiledProcess): number =>
    (entry.parent === seen.parent ? 4 : 0) +
    (entry.uid === seen.uid ? 2 : 0) +
    ((seen.capabilities & ~entry.capabilities) === 0n ? 1 : 0);
  let best: CompiledProcess | undefined;
  for (const one of processes) if (best === undefined || score(one) > score(best)) best = one;
  return best;
}

/** Just this; of arguments too long for a line, the first of them. */
function amendmentFor(seen: ProcessRan): Amendment | undefined {
  const { path, parent, uid, capabilities, argv, argvWhole, ofImage, sha256 } = seen;
  const bytes = ofImage ? 'image' : sha256;
  if (bytes === undefined) return undefined;
  const exact = argv.map(literalPattern);
  const amendment = { verb: 'exec', path, bytes, parent, uid, capabilities } as const;
  if (argvWhole && fitsSurely(seen)) return { ...amendment, arguments: exact };
  const cut = argv.map((one) => (one.length > 256 ? argumentPattern(one).pattern : literalPattern(one)));
  const wanted: readonly (readonly string[])[] = [
    ...(argvWhole ? [exact, cut] : []),
    ...Array.from({ length: Math.min(16, cut.length) + 1 }, (_, left) => [
      ...cut.slice(0, Math.min(16, cut.length) - left),
      '**',
    ]),
  ];
  return wanted
    .map((pattern): Amendment => ({ ...amendment, arguments: pattern }))
    .find((one) => formatAmendment(one).length <= longestLine);
}

/** Without writing the line: JSON needs six characters for one at most, the other fields fewer than 200. */
function fitsSurely({ path, parent, argv }: ProcessRan): boolean {
  const characters = argv.reduce((sum, one) => sum + one.length + 1, path.length + parent.length);
  return characters * 6 + 200 <= longestLine;
}
