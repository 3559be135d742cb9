import { HoldfastError } from '../../errors/index.ts';
import type { ImageException } from '../../policy/index.ts';
import { profileDigest } from '../document/write.ts';
import { compareProcesses, processKey } from '../generalise/processes.ts';
import { profileLimits } from '../limits.ts';
import type { Executable, ExecutionProfile, FileEntry, ProcessEntry, Seen } from '../model.ts';
import { type Amendment, parseAmendment } from './line.ts';

/** An exception whose signatures were verified, by those whom the policy names. */
export type GivenException = Pick<ImageException, 'metadata' | 'spec'>;

export interface Refused {
  /** The exception's name. */
  readonly exception: string;
  readonly reason: string;
}

export interface Amended {
  readonly profile: ExecutionProfile;
  /** What was not applied, and why: other exceptions are none of it. */
  readonly refused: readonly Refused[];
}

const unseen: Seen = { count: 0, runs: 0, rules: [] };

/**
 * The profile with what amendments allow besides. One that is of another image or profile, has not begun, has expired or
 * has a line that can't be read is refused whole; the others count.
 */
export function amend(
  profile: ExecutionProfile,
  { verified, now }: { readonly verified: readonly GivenException[]; readonly now: number },
): Amended {
  const refused: Refused[] = [];
  const lines: Amendment[] = [];
  const amendments = verified.filter((one) => one.spec.scope.profileAmendment !== undefined);
  for (const [index, exception] of amendments.entries()) {
    const taken = index < profileLimits.amendments ? linesOf(exception, profile, now) : 'too many amendments';
    if (typeof taken === 'string') refused.push({ exception: exception.metadata.name, reason: taken });
    else if (lines.length + taken.length > profileLimits.amendmentLines)
      refused.push({ exception: exception.metadata.name, reason: 'too many amendments' });
    else lines.push(...taken);
  }
  return { profile: lines.reduce(withAmendment, profile), refused };
}

function linesOf({ spec }: GivenException, profile: ExecutionProfile, now: number): readonly Amendment[] | string {
  const amendment = spec.scope.profileAmendment;
  if (amendment === undefined) return [];
  if (Object.values(spec.scope).filter((one) => one !== undefined).length > 1) return 'its scope is not one thing';
  if (profile.subject === undefined || spec.subject.digest !== profile.subject) return 'it is of another image';
  if (amendment.profile !== undefined && amendment.profile !== profileDigest(profile))
    return 'it amends another profile';
  // Each is written so that a date that does not exist (NaN) is refused.
  if (!(now >= Date.parse(spec.notBefore))) return 'it has not begun';
  if (!(now < Date.parse(spec.expires))) return 'it has expired';
  try {
    return amendment.allow.map(parseAmendment);
  } catch (error) {
    if (error instanceof HoldfastError) return `${error.message}: ${error.place ?? ''}`;
    throw error;
  }
}

/** The profile that allows one thing more. */
export function withAmendment(profile: ExecutionProfile, one: Amendment): ExecutionProfile {
  switch (one.verb) {
    case 'exec':
      return {
        ...profile,
        executables: withExecutable(profile.executables, one),
        processes: withProcess(profile.processes, one),
      };
    case 'file':
      return { ...profile, files: withFile(profile.files, one) };
    case 'connect': {
      const { protocol, peer, port } = one;
      const has = profile.outbound.some((e) => e.protocol === protocol && e.peer === peer && e.port === port);
      return has ? profile : { ...profile, outbound: [...profile.outbound, { protocol, peer, port, ...unseen }] };
    }
    case 'listen': {
      const { protocol, port } = one;
      const has = profile.inbound.some((e) => e.protocol === protocol && e.port === port);
      return has ? profile : { ...profile, inbound: [...profile.inbound, { protocol, port, ...unseen }] };
    }
    case 'memory':
      return { ...profile, memory: profile.memory ?? unseen };
  }
}

type Exec = Extract<Amendment, { readonly verb: 'exec' }>;

function withExecutable(all: readonly Executable[], { path, bytes }: Exec): readonly Executable[] {
  const before = all.find((one) => one.path === path) ?? { path, ofImage: false, sha256: [] };
  const sha256 = bytes === 'image' ? before.sha256 : [...new Set([...before.sha256, bytes])].sort();
  const after = { path, ofImage: before.ofImage || bytes === 'image', sha256 };
  return [...all.filter((one) => one.path !== path), after].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function withProcess(all: readonly ProcessEntry[], one: Exec): readonly ProcessEntry[] {
  const { path, parent, uid } = one;
  const key = processKey(one);
  const before = all.find((entry) => processKey(entry) === key);
  const lists = before?.arguments ?? [];
  const text = JSON.stringify(one.arguments);
  const has = lists.some(({ pattern }) => JSON.stringify(pattern) === text);
  const after = {
    path,
    parent,
    uid,
    capabilities: (before?.capabilities ?? 0n) | one.capabilities,
    arguments: has ? lists : [...lists, { pattern: one.arguments, ...unseen }],
  };
  return [...all.filter((entry) => entry !== before), after].sort(compareProcesses);
}

function withFile(
  all: readonly FileEntry[],
  { pattern, access, bytes }: Extract<Amendment, { readonly verb: 'file' }>,
): readonly FileEntry[] {
  const before = all.find((one) => one.pattern === pattern) ?? {
    pattern,
    access: 0,
    imageOnly: false,
    sha256: [],
    ...unseen,
  };
  const sha256 = bytes === undefined ? before.sha256 : [...new Set([...before.sha256, bytes])].sort();
  const after = { ...before, access: before.access | access, imageOnly: false, sha256 };
  return [...all.filter((one) => one.pattern !== pattern), after].sort((a, b) => (a.pattern < b.pattern ? -1 : 1));
}
