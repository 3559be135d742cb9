import { HoldfastError } from '../../errors/index.ts';
import { canonicalJson } from '../../ledger/index.ts';
import { type Digest, digestOf } from '../../oci/index.ts';
import type { RuleName } from '../generalise/rules.ts';
import { profileLimits } from '../limits.ts';
import { accessLetters, type ExecutionProfile, type FileEntry, type ProcessEntry, type Seen } from '../model.ts';
import { directoryOf } from '../pattern/index.ts';
import { completenessOf, wildcardsOf } from './count.ts';
import type { ExecutionProfileDocument } from './schema.ts';

type Document = ExecutionProfileDocument;

/** The profile as a document: the same for the same profile, and every number in it right. */
export function profileDocument(profile: ExecutionProfile): Document {
  const rules = new Map(profile.rules.map((name, index) => [name, 2 ** index]));
  const bits = (names: readonly RuleName[]): number => names.reduce((sum, name) => sum + (rules.get(name) ?? 0), 0);
  const executables = new Map(profile.executables.map((one, index) => [one.path, index]));
  const { completeness, tests } = { completeness: completenessOf(profile), tests: profile.tests };
  return {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'ExecutionProfile',
    ...(profile.subject === undefined ? {} : { subject: profile.subject }),
    recorded: {
      runs: profile.recorded.runs.map((run) => ({ ...run })),
      gaps: profile.recorded.gaps.map(({ cause, count }) => [cause, count]),
      notShown: [...profile.recorded.notShown],
    },
    completeness: { entries: completeness.entries, added: [...completeness.added] },
    wildcards: wildcardsOf(profile),
    rules: [...profile.rules],
    aliases: profile.aliases.map(([alias, target]) => [alias, target]),
    executables: profile.executables.map(({ path, ofImage, sha256 }) => [
      path,
      [...(ofImage ? (['image'] as const) : []), ...sha256.map(base64)],
    ]),
    processes: profile.processes.map((one) => processRow(one, executables, bits)),
    files: directories(profile.files, bits),
    pins: profile.files
      .filter((one) => one.sha256.length > 0)
      .map(({ pattern, sha256 }) => [pattern, sha256.map(base64)]),
    outbound: profile.outbound.map((one) => [one.protocol, one.peer, one.port, ...seen(one, bits)]),
    inbound: profile.inbound.map((one) => [one.protocol, one.port, ...seen(one, bits)]),
    ...(profile.memory === undefined ? {} : { memory: seen(profile.memory, bits) }),
    omitted: profile.omitted.map(({ what, reason, count }) => [what, reason, count]),
    tests: {
      ...(tests.functional === undefined ? {} : { functional: { ...tests.functional } }),
      ...(tests.attacks === undefined ? {} : { attacks: { ...tests.attacks } }),
    },
  };
}

/**
 * The one text of a profile (RFC 8785), as UTF-8.
 * @throws HoldfastError `profile-too-large`
 */
export function writeProfile(profile: ExecutionProfile): Uint8Array {
  try {
    const bounds = { depth: profileLimits.depth, bytes: profileLimits.bytes };
    return Buffer.from(canonicalJson(profileDocument(profile), bounds, 'profile'));
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || cause.code !== 'entry-too-large') throw cause;
    throw new HoldfastError('profile-too-large', cause.message, { place: 'profile', cause });
  }
}

/** The digest by which amendments name a profile. */
export function profileDigest(profile: ExecutionProfile): Digest {
  return digestOf(writeProfile(profile));
}

type Bits = (names: readonly RuleName[]) => number;

function seen(one: Seen, bits: Bits): [number, number, number] {
  return [one.count, one.runs, bits(one.rules)];
}

function processRow(
  { path, parent, uid, capabilities, arguments: lists }: ProcessEntry,
  executables: ReadonlyMap<string, number>,
  bits: Bits,
): Document['processes'][number] {
  const by =
    parent === '@entry' || parent === '@exec' || parent === '@unknown' ? parent : (executables.get(parent) ?? -1);
  return [
    executables.get(path) ?? -1,
    by,
    uid,
    capabilities.toString(16),
    lists.map((one) => [[...one.pattern], ...seen(one, bits)]),
  ];
}

/** By directory, and within one by what they have in common: most files of a service are used alike. */
function directories(files: readonly FileEntry[], bits: Bits): Document['files'] {
  const found = new Map<string, Map<string, Document['files'][number][1][number]>>();
  for (const file of files) {
    const directory = directoryOf(file.pattern);
    const groups = found.get(directory) ?? new Map<string, Document['files'][number][1][number]>();
    found.set(directory, groups);
    const row = [accessText(file), ...seen(file, bits)] as const;
    const key = row.join(' ');
    const name = file.pattern.slice(directory === '/' ? 1 : directory.length + 1);
    const group = groups.get(key) ?? [...row, []];
    groups.set(key, group);
    group[4].push(name);
  }
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([directory, groups]) => [
      directory,
      [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group),
    ]);
}

export function accessText({ access, imageOnly }: Pick<FileEntry, 'access' | 'imageOnly'>): string {
  return `${accessLetters(access)}${imageOnly ? 'i' : ''}`;
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64url');
}
