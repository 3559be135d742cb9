import type * as z from 'zod';
import { parseStrictJson } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { type Digest, parseDigest } from '../../oci/index.ts';
import { compareProcesses } from '../generalise/processes.ts';
import { isRuleName, type RuleName } from '../generalise/rules.ts';
import { profileLimits } from '../limits.ts';
import {
  accessOf,
  type ExecutionProfile,
  type FileEntry,
  type ProcessEntry,
  type Seen,
  type TestScores,
} from '../model.ts';
import type { Parent, Protocol } from '../observation.ts';
import { refuseContradictions } from './consistency.ts';
import { contradictory, malformed } from './refuse.ts';
import { type ExecutionProfileDocument, executionProfile } from './schema.ts';

export interface ReadProfileOptions {
  /** The image it has to be of. */
  readonly subject?: Digest;
}

/**
 * A profile from someone else's bytes: JSON without repeated keys, of the published schema, in agreement with itself.
 * @throws HoldfastError `profile-too-large`, `profile-malformed`, `profile-contradictory`, `profile-foreign`
 */
export function readProfile(bytes: Uint8Array, place: string, options: ReadProfileOptions = {}): ExecutionProfile {
  if (bytes.length > profileLimits.bytes)
    throw new HoldfastError('profile-too-large', `more than ${profileLimits.bytes} bytes`, { place });
  return readProfileValue(parseStrictJson(bytes, 'profile-malformed', place), place, options);
}

/** As `readProfile`, for a value that was JSON already, as a statement's predicate. The caller has bounded its bytes. */
export function readProfileValue(value: unknown, place: string, options: ReadProfileOptions = {}): ExecutionProfile {
  const result = executionProfile.safeParse(value);
  if (!result.success) throw malformed(place, sentenceOf(result.error.issues));
  const document = result.data;
  const { subject } = options;
  if (subject !== undefined && document.subject !== subject)
    throw new HoldfastError(
      'profile-foreign',
      document.subject === undefined ? 'it does not say of which image it is' : `it is of ${document.subject}`,
      { place },
    );
  const profile = profileOf(document, place);
  refuseContradictions(document, profile, place);
  return profile;
}

function sentenceOf(issues: readonly z.core.$ZodIssue[]): string {
  const [issue] = issues;
  const path = issue?.path.map(String).join('.') ?? '';
  return `${path === '' ? '' : `at ${path.slice(0, 200)}: `}${issue?.message.slice(0, 300) ?? 'not a profile'}`;
}

function profileOf(document: ExecutionProfileDocument, place: string): ExecutionProfile {
  const rules = document.rules.map((name): RuleName => {
    if (isRuleName(name)) return name;
    throw malformed(place, `no rule is called ${JSON.stringify(name.slice(0, 64))}`);
  });
  const named = new Map<number, readonly RuleName[]>();
  const seenOf = ([count, runs, bits]: readonly [number, number, number]): Seen => {
    if (bits >= 2 ** rules.length) throw contradictory(place, 'an entry names a rule that is not listed');
    const known = named.get(bits) ?? rules.filter((_, index) => Math.floor(bits / 2 ** index) % 2 === 1);
    named.set(bits, known);
    return { count, runs, rules: known };
  };
  const { recorded, memory } = document;
  return {
    subject: document.subject === undefined ? undefined : parseDigest(document.subject, place),
    recorded: {
      runs: recorded.runs,
      gaps: recorded.gaps.map(([cause, count]) => ({ cause, count })),
      notShown: recorded.notShown,
    },
    rules,
    aliases: document.aliases,
    executables: document.executables
      .map(([path, pins]) => ({
        path,
        ofImage: pins.includes('image'),
        sha256: pins
          .filter((one) => one !== 'image')
          .map((one) => hexOf(one, place))
          .sort(),
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
    processes: processesOf(document, seenOf, place),
    files: filesOf(document, seenOf, place),
    outbound: document.outbound
      .map(([protocol, peer, port, ...seen]) => ({ protocol: protocol as Protocol, peer, port, ...seenOf(seen) }))
      .sort(by(({ protocol, peer, port }) => `${protocol} ${peer} ${String(port)}`)),
    inbound: document.inbound
      .map(([protocol, port, ...seen]) => ({ protocol: protocol as Protocol, port, ...seenOf(seen) }))
      .sort(by(({ protocol, port }) => `${protocol} ${String(port)}`)),
    memory: memory === undefined ? undefined : seenOf(memory),
    omitted: document.omitted
      .map(([what, reason, count]) => ({ what, reason, count }))
      .sort(by(({ what, reason }) => `${what}\0${reason}`)),
    tests: testsOf(document.tests, place),
  };
}

function testsOf({ functional, attacks }: ExecutionProfileDocument['tests'], place: string): TestScores {
  return {
    ...(functional === undefined ? {} : { functional }),
    ...(attacks === undefined ? {} : { attacks: { ...attacks, set: parseDigest(attacks.set, place) } }),
  };
}

function by<T>(keyOf: (one: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [x, y] = [keyOf(a), keyOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

type SeenOf = (row: readonly [number, number, number]) => Seen;

function processesOf(
  { executables, processes }: ExecutionProfileDocument,
  seenOf: SeenOf,
  place: string,
): readonly ProcessEntry[] {
  const pathOf = (index: number): `/${string}` => {
    const path = executables[index]?.[0];
    if (path === undefined) throw contradictory(place, 'a process names an executable that is not listed');
    return path as `/${string}`;
  };
  return processes
    .map(([index, from, uid, capabilities, lists]): ProcessEntry => {
      const parent: Parent = typeof from === 'number' ? pathOf(from) : from;
      return {
        path: pathOf(index),
        parent,
        uid,
        capabilities: BigInt(`0x${capabilities}`),
        arguments: lists
          .map(([pattern, ...seen]) => ({ pattern, ...seenOf(seen) }))
          .sort(by(({ pattern }) => JSON.stringify(pattern))),
      };
    })
    .sort(compareProcesses);
}

function filesOf(document: ExecutionProfileDocument, seenOf: SeenOf, place: string): readonly FileEntry[] {
  const pins = new Map<string, readonly string[]>();
  for (const [pattern, digests] of document.pins) {
    if (pins.has(pattern)) throw contradictory(place, `the bytes of ${pattern} are named twice`);
    pins.set(pattern, digests.map((one) => hexOf(one, place)).sort());
  }
  const files: FileEntry[] = [];
  for (const [directory, groups] of document.files)
    for (const [letters, count, runs, bits, names] of groups) {
      const seen = seenOf([count, runs, bits]);
      const allowed = accessOf(letters);
      if (allowed === 0) throw malformed(place, `nothing is allowed of what is in ${directory}`);
      for (const name of names) {
        const pattern = directory === '/' ? `/${name}` : `${directory}/${name}`;
        if (name.includes('/')) throw malformed(place, `${JSON.stringify(name.slice(0, 200))} is not a name`);
        const sha256 = pins.get(pattern) ?? [];
        pins.delete(pattern);
        files.push({ pattern, access: allowed, imageOnly: letters.endsWith('i'), sha256, ...seen });
        if (files.length > profileLimits.entries)
          throw new HoldfastError('profile-too-large', `more than ${profileLimits.entries} files`, { place });
      }
    }
  const [left] = pins.keys();
  if (left !== undefined) throw contradictory(place, `the bytes of ${left} are named, and it is not a file of it`);
  return files.sort(by(({ pattern }) => pattern));
}

function hexOf(text: string, place: string): string {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== text) throw malformed(place, 'not a sha256 in base64url');
  return bytes.toString('hex');
}
