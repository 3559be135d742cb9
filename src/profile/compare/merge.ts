import { HoldfastError } from '../../errors/index.ts';
import { compareRuns, withRuns } from '../generalise/gather.ts';
import { compareProcesses, processKey } from '../generalise/processes.ts';
import { sortedRules } from '../generalise/rules.ts';
import { profileLimits } from '../limits.ts';
import type { Executable, ExecutionProfile, FileEntry, ProcessEntry, Recorded, Run, Seen } from '../model.ts';
import { joinedGaps, summedGaps } from '../record/recording.ts';
import { renumbered } from './renumber.ts';

type Join<T> = (one: T, other: T) => T;
/** Counts of the same recording, or of two. */
type Count = (one: number, other: number) => number;

/**
 * What either of two profiles of one image allows. Runs are told apart by their id: profiles of the same runs count as one
 * recording seen twice, profiles of different runs as two; a mixture can't be told and is refused (merge the recordings).
 * The order does not matter, and a profile merged with itself is itself.
 * @throws HoldfastError `profile-foreign`, `profile-contradictory`, `profile-too-large`
 */
export function mergeProfiles(one: ExecutionProfile, other: ExecutionProfile): ExecutionProfile {
  if (one.subject !== undefined && other.subject !== undefined && one.subject !== other.subject)
    throw new HoldfastError('profile-foreign', 'profiles of two images', { place: other.subject });
  const { runs, same } = mergedRuns(one.recorded.runs, other.recorded.runs);
  const [a, b] = [renumbered(one, runs), renumbered(other, runs)];
  const count: Count = same ? Math.max : (x, y) => Math.min(x + y, Number.MAX_SAFE_INTEGER);
  const joined = <T extends Seen>(x: T, y: T): T => ({ ...x, ...joinedSeen(x, y, count) });
  const [memory] = merged(
    [a.memory, b.memory].filter((seen) => seen !== undefined),
    () => '',
    joined,
  );
  return {
    subject: one.subject ?? other.subject,
    recorded: mergedRecorded(a.recorded, b.recorded, same),
    rules: sortedRules([...a.rules, ...b.rules]),
    aliases: merged([...a.aliases, ...b.aliases], ([alias]) => alias, joinedAlias),
    executables: merged([...a.executables, ...b.executables], ({ path }) => path, joinedExecutable),
    processes: merged([...a.processes, ...b.processes], processKey, (x, y) => joinedProcess(x, y, count)).toSorted(
      compareProcesses,
    ),
    files: merged(
      [...a.files, ...b.files],
      ({ pattern }) => pattern,
      (x, y) => joinedFile(x, y, count),
    ),
    outbound: merged(
      [...a.outbound, ...b.outbound],
      ({ protocol, peer, port }) => `${protocol} ${peer} ${String(port)}`,
      joined,
    ),
    inbound: merged([...a.inbound, ...b.inbound], ({ protocol, port }) => `${protocol} ${String(port)}`, joined),
    memory,
    omitted: merged(
      [...a.omitted, ...b.omitted],
      ({ what, reason }) => `${what}\0${reason}`,
      (x, y) => ({ ...x, count: count(x.count, y.count) }),
    ),
    // Scores are of one profile: of what was merged nothing was tested.
    tests: same && JSON.stringify(a.tests) === JSON.stringify(b.tests) ? a.tests : {},
  };
}

function mergedRuns(
  one: readonly Run[],
  other: readonly Run[],
): { readonly runs: readonly Run[]; readonly same: boolean } {
  const ids = new Set(one.map(({ id }) => id));
  const both = other.filter(({ id }) => ids.has(id)).length;
  if (both === one.length && both === other.length) {
    if (JSON.stringify(one) !== JSON.stringify(other))
      throw new HoldfastError('profile-contradictory', 'the same run at two times', { place: 'recorded.runs' });
    return { runs: one, same: true };
  }
  if (both > 0)
    throw new HoldfastError('profile-contradictory', 'some runs stand in both profiles, some do not', {
      place: 'recorded.runs',
    });
  const runs = [...one, ...other].sort(compareRuns);
  if (runs.length > profileLimits.runs)
    throw new HoldfastError('profile-too-large', `more than ${profileLimits.runs} runs`, { place: 'recorded.runs' });
  return { runs, same: false };
}

function mergedRecorded(one: Recorded, other: Recorded, same: boolean): Recorded {
  return {
    runs: one.runs,
    gaps: same ? joinedGaps(one.gaps, other.gaps) : summedGaps([...one.gaps, ...other.gaps]),
    notShown: [...new Set([...one.notShown, ...other.notShown])].sort(),
  };
}

function joinedSeen(one: Seen, other: Seen, count: Count): Seen {
  return {
    count: count(one.count, other.count),
    runs: withRuns(one.runs, other.runs),
    rules: sortedRules([...one.rules, ...other.rules]),
  };
}

function joinedAlias(one: readonly [string, string], other: readonly [string, string]): readonly [string, string] {
  if (one[1] === other[1]) return one;
  throw new HoldfastError('profile-contradictory', 'it leads elsewhere in the other profile', { place: one[0] });
}

function joinedExecutable(one: Executable, other: Executable): Executable {
  return { path: one.path, ofImage: one.ofImage || other.ofImage, sha256: joinedPins(one, other, one.path) };
}

function joinedPins(
  one: { readonly sha256: readonly string[] },
  other: { readonly sha256: readonly string[] },
  place: string,
): readonly string[] {
  const sha256 = [...new Set([...one.sha256, ...other.sha256])].sort();
  if (sha256.length > profileLimits.pins)
    throw new HoldfastError('profile-too-large', `more than ${profileLimits.pins} contents`, { place });
  return sha256;
}

function joinedProcess(one: ProcessEntry, other: ProcessEntry, count: Count): ProcessEntry {
  const lists = merged(
    [...one.arguments, ...other.arguments],
    ({ pattern }) => JSON.stringify(pattern),
    (x, y) => ({ ...x, ...joinedSeen(x, y, count) }),
  );
  return { ...one, capabilities: one.capabilities | other.capabilities, arguments: lists };
}

function joinedFile(one: FileEntry, other: FileEntry, count: Count): FileEntry {
  return {
    pattern: one.pattern,
    access: one.access | other.access,
    imageOnly: one.imageOnly && other.imageOnly,
    sha256: joinedPins(one, other, one.pattern),
    ...joinedSeen(one, other, count),
  };
}

/** By key, in its order; those with the same are joined. */
function merged<T>(all: readonly T[], keyOf: (one: T) => string, join: Join<T>): readonly T[] {
  const found = new Map<string, T>();
  for (const one of all) {
    const key = keyOf(one);
    const before = found.get(key);
    found.set(key, before === undefined ? one : join(before, one));
  }
  return [...found].sort(([x], [y]) => (x < y ? -1 : x > y ? 1 : 0)).map(([, one]) => one);
}
