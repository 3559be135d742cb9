import type { Links } from '../../contents/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { type Alias, aliasesOn, throughLinks } from '../alias.ts';
import { profileLimits } from '../limits.ts';
import type { ExecutionProfile, Omitted, Seen } from '../model.ts';
import type { Observation } from '../observation.ts';
import { directoryOf, isPlainPath } from '../pattern/index.ts';
import { type Recording, summedGaps } from '../record/recording.ts';
import { generaliseFiles } from './files.ts';
import { type Gathered, gathered, runsOf } from './gather.ts';
import { generaliseInbound, generaliseOutbound } from './network.ts';
import { generaliseProcesses } from './processes.ts';
import { type RuleName, sortedRules } from './rules.ts';

export interface GeneraliseOptions {
  /** The image's symlinks, as its contents have them; without them nothing is known of other names. */
  readonly links?: Links;
  /** Whether the image holds this directory. Without it, those that hold one of its files that were seen. */
  readonly isImageDirectory?: (path: string) => boolean;
}

/**
 * What was seen as what is allowed: the same profile for the same recording, in whatever order it was made, and everything
 * in it is allowed, except for what `omitted` names.
 * @throws HoldfastError `profile-too-large`: more than a profile may hold
 */
export function generalise(recording: Recording, options: GeneraliseOptions = {}): ExecutionProfile {
  const sessions = [...recording.sessions.values()];
  const runs = runsOf(sessions);
  const aliases = aliasesSeen(recording, options.links);
  const seen = gathered(recording, runs, (one) => throughLinks(aliases, one));
  const held = seen.filter((one) => unholdable(one.observation) === undefined);
  const isImageDirectory = options.isImageDirectory ?? directoriesSeen(held);

  const processes = generaliseProcesses(only(held, 'process'));
  const programs = processes.executables.filter((one) => one.ofImage || one.sha256.length > 0).map(({ path }) => path);
  const files = generaliseFiles(only(held, 'file'), isImageDirectory, programs);
  const network = generaliseOutbound(only(held, 'connection'));
  const inbound = generaliseInbound(only(held, 'listen'));
  const [memory] = only(held, 'memory').map(({ count, runs: bits }): Seen => ({ count, runs: bits, rules: [] }));

  const { executables, processes: entries } = processes;
  const lists = entries.reduce((sum, one) => sum + one.arguments.length, 0);
  if (lists + files.files.length + network.outbound.length + inbound.length > profileLimits.entries)
    throw new HoldfastError('profile-too-large', `more than ${profileLimits.entries} entries`, { place: 'recording' });
  const used = new Set<RuleName>(aliases.length === 0 ? [] : ['aliases']);
  const all: readonly Seen[] = [
    ...entries.flatMap((one) => one.arguments),
    ...files.files,
    ...network.outbound,
    ...inbound,
  ];
  for (const one of all) for (const rule of one.rules) used.add(rule);
  const omitted: readonly Omitted[] = [
    ...seen.flatMap((one) => omittedOf(one, unholdable(one.observation))),
    ...[...processes.unpinned, ...files.unpinned].flatMap((one) => omittedOf(one, 'bytes-unknown')),
    ...network.unreadable.flatMap((one) => omittedOf(one, 'path-unknown')),
  ];
  return {
    subject: recording.subject,
    recorded: {
      runs,
      gaps: summedGaps(sessions.flatMap((one) => one.gaps)),
      notShown: [...new Set(sessions.flatMap((one) => one.notShown))].sort(),
    },
    rules: sortedRules(used),
    aliases,
    executables,
    processes: entries,
    files: files.files,
    outbound: network.outbound,
    inbound,
    memory,
    omitted: summed(omitted),
    tests: {},
  };
}

function only<K extends Observation['kind']>(
  seen: readonly Gathered[],
  kind: K,
): readonly Gathered<Extract<Observation, { readonly kind: K }>>[] {
  return seen.filter(
    (one): one is Gathered<Extract<Observation, { readonly kind: K }>> => one.observation.kind === kind,
  );
}

function aliasesSeen(recording: Recording, links: Links | undefined): readonly Alias[] {
  if (links === undefined) return [];
  const found = new Map<string, string>();
  for (const session of recording.sessions.values())
    for (const { observation } of session.seen.values())
      for (const path of pathsOf(observation))
        for (const [alias, target] of aliasesOn(links, path)) found.set(alias, target);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1));
}

function pathsOf(one: Observation): readonly string[] {
  if (one.kind === 'file') return [one.path];
  return one.kind === 'process' ? [one.path, one.parent] : [];
}

/** Why a document could not hold it; undefined = it can. */
function unholdable(one: Observation): Omitted['reason'] | undefined {
  if (pathsOf(one).some((path) => path.length > profileLimits.text / 2)) return 'too-long';
  const plain = pathsOf(one).every((path) => isPlainPath(path) || (path.startsWith('@') && one.kind === 'process'));
  if (!plain) return 'path-unknown';
  return one.kind === 'process' && one.argv.length >= profileLimits.argumentElements ? 'too-long' : undefined;
}

function omittedOf({ observation, count }: Gathered, reason: Omitted['reason'] | undefined): readonly Omitted[] {
  if (reason === undefined) return [];
  const what =
    'path' in observation ? observation.path : 'address' in observation ? observation.address : observation.kind;
  return [{ what: `${observation.kind} ${what}`.slice(0, 256).toWellFormed(), reason, count }];
}

const omittedMax = 256;

function summed(all: readonly Omitted[]): readonly Omitted[] {
  const found = new Map<string, Omitted>();
  for (const one of all) {
    const key = `${one.what}\0${one.reason}`;
    found.set(key, { ...one, count: (found.get(key)?.count ?? 0) + one.count });
  }
  const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  if (sorted.length <= omittedMax) return sorted;
  const rest = sorted.slice(omittedMax - 1);
  const count = rest.reduce((sum, one) => sum + one.count, 0);
  return [...sorted.slice(0, omittedMax - 1), { what: `${rest.length} more`, reason: 'too-long', count }];
}

/** Directories above the image's own files that were seen. */
function directoriesSeen(seen: readonly Gathered[]): (path: string) => boolean {
  const found = new Set<string>();
  for (const { observation } of seen) {
    if (observation.kind !== 'file' && observation.kind !== 'process') continue;
    if (!observation.ofImage) continue;
    for (let at = directoryOf(observation.path); at !== '/' && !found.has(at); at = directoryOf(at)) found.add(at);
  }
  return (path) => found.has(path);
}
