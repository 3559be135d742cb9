import type { Digest } from '../../oci/index.ts';
import type { Drift, DriftCode, Observation } from '../../profile/index.ts';
import { findingId } from '../findings.ts';
import type { ProcessInfo } from '../model.ts';

/** Something outside the profile, as the stream, the store and people see it. */
export type DriftFinding = {
  readonly type: 'finding';
  readonly term: 'behaviour';
  /**
   * `F-` and 16 hex digits: of container, code, what was done, and the session it was done in, so that the same thing has
   * the same name after a restart.
   */
  readonly id: string;
  readonly time: string;
  readonly container: string;
  /** The platform manifest the profile is of. */
  readonly image: Digest | null;
  readonly code: DriftCode;
  readonly process: ProcessInfo;
  /** What it is about: a path, or protocol and peer. */
  readonly subject: string;
  readonly why: string;
  /** The entry of the profile that comes nearest; null = there is none of its kind. */
  readonly nearest: string | null;
  /** The line of an `ImageException` that would allow it; null = nothing can. */
  readonly amendment: string | null;
  /** Digest of the profile it was judged by. */
  readonly profile: Digest;
  /** The debug session that it happened in: it is on record, and does not count. */
  readonly session: { readonly evidence: Digest; readonly name: string } | null;
  /** What was seen, as it is judged again by another profile. */
  readonly observation: ObservationJson;
};

/** An observation in JSON: capabilities as hex digits. */
export type ObservationJson = {
  readonly [name: string]: string | number | boolean | readonly string[];
};

export interface SeenAt {
  readonly observation: Observation;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly process: ProcessInfo;
}

export interface DriftContext {
  /** Of one container, also when its id is used again. */
  readonly key: string;
  readonly container: string;
  readonly image: Digest;
  readonly profile: Digest;
  readonly amendment: string | null;
  readonly session: DriftFinding['session'];
}

export function driftFinding(
  drift: Drift,
  { observation, time, process }: SeenAt,
  context: DriftContext,
): DriftFinding {
  const subject = subjectOf(observation);
  const { container, image, profile, amendment, session } = context;
  return {
    type: 'finding',
    term: 'behaviour',
    id: findingId(context.key, drift.code, subject, detailIn(session, detailOf(observation))),
    time,
    container,
    image,
    code: drift.code,
    process,
    subject,
    why: drift.why,
    nearest: drift.nearest ?? null,
    amendment,
    profile,
    session,
    observation: observationJson(observation),
  };
}

export function subjectOf(seen: Observation): string {
  switch (seen.kind) {
    case 'process':
    case 'file':
      return seen.path;
    case 'connection':
      return `${seen.protocol} ${seen.address.includes(':') ? `[${seen.address}]` : seen.address}:${seen.port}`;
    case 'listen':
      return `${seen.protocol} port ${seen.port}`;
    case 'memory':
      return 'code in memory';
  }
}

/** Done in a session it is on record; done again without one it is another finding, and told. */
function detailIn(session: DriftFinding['session'], detail: string | null): string | null {
  return session === null ? detail : JSON.stringify([detail, session.evidence]);
}

/** What tells two things of one subject apart. */
function detailOf(seen: Observation): string | null {
  switch (seen.kind) {
    case 'process':
      return JSON.stringify([seen.sha256 ?? null, seen.parent, seen.uid, seen.capabilities.toString(16), seen.argv]);
    case 'file':
      return `${seen.access} ${seen.sha256 ?? ''}`;
    case 'connection':
    case 'listen':
    case 'memory':
      return null;
  }
}

function observationJson(seen: Observation): ObservationJson {
  const plain = Object.entries(seen).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    plain.map(([name, value]) => [name, typeof value === 'bigint' ? value.toString(16) : value]),
  );
}

/** What `observationJson` wrote. */
export function observationOf(json: ObservationJson): Observation {
  const { capabilities, ...rest } = json;
  const bits = typeof capabilities === 'string' ? { capabilities: BigInt(`0x${capabilities}`) } : {};
  const bytes = rest['kind'] === 'process' || rest['kind'] === 'file' ? { sha256: rest['sha256'] } : {};
  return { ...rest, ...bytes, ...bits } as unknown as Observation;
}
