import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import type { RecordedGap } from '../model.ts';
import type { Observation } from '../observation.ts';

/** One thing that was seen, and how often. */
export interface Sight {
  readonly observation: Observation;
  readonly count: number;
}

/** What one container did in one run. */
export interface Session {
  /** What all replicas of one run share. */
  readonly run: string;
  /** One container of the run. */
  readonly replica: string;
  /** RFC 3339 UTC. */
  readonly from: string;
  readonly to: string;
  /** By the observation's key. */
  readonly seen: ReadonlyMap<string, Sight>;
  readonly gaps: readonly RecordedGap[];
  /** Names of what the sensor could not show. */
  readonly notShown: readonly string[];
}

/** What containers of one image did, by run and replica. */
export interface Recording {
  readonly subject: Digest | undefined;
  readonly sessions: ReadonlyMap<string, Session>;
}

export function recordingOf(subject: Digest | undefined, sessions: readonly Session[]): Recording {
  return sessions
    .map((one) => ({ subject, sessions: new Map([[nameOf(one), one]]) }))
    .reduce(mergeRecordings, {
      subject,
      sessions: new Map<string, Session>(),
    });
}

function nameOf({ run, replica }: Session): string {
  return JSON.stringify([run, replica]);
}

/**
 * Both together. It does not matter in what order recordings are merged, how they are grouped, and how often the same one
 * is: a session that both have is taken once, with the larger of two counts.
 * @throws HoldfastError `profile-foreign`: of two images
 */
export function mergeRecordings(one: Recording, other: Recording): Recording {
  if (one.subject !== undefined && other.subject !== undefined && one.subject !== other.subject)
    throw new HoldfastError('profile-foreign', 'recordings of two images', { place: other.subject });
  const sessions = new Map(one.sessions);
  for (const [name, session] of other.sessions) {
    const mine = sessions.get(name);
    sessions.set(name, mine === undefined ? session : joined(mine, session));
  }
  return { subject: one.subject ?? other.subject, sessions };
}

function joined(one: Session, other: Session): Session {
  const seen = new Map(one.seen);
  for (const [key, sight] of other.seen) {
    const mine = seen.get(key);
    if (mine === undefined || mine.count < sight.count) seen.set(key, sight);
  }
  return {
    run: one.run,
    replica: one.replica,
    from: one.from < other.from ? one.from : other.from,
    to: one.to > other.to ? one.to : other.to,
    seen,
    gaps: joinedGaps(one.gaps, other.gaps),
    notShown: [...new Set([...one.notShown, ...other.notShown])].sort(),
  };
}

/** By cause, the larger count; not known is the largest. */
export function joinedGaps(one: readonly RecordedGap[], other: readonly RecordedGap[]): readonly RecordedGap[] {
  const byCause = new Map<string, number | null>();
  for (const { cause, count } of [...one, ...other]) {
    const mine = byCause.get(cause);
    byCause.set(cause, mine === null || count === null ? null : Math.max(mine ?? 0, count));
  }
  return gapsOf(byCause);
}

/** Of several sessions: their losses together. */
export function summedGaps(gaps: readonly RecordedGap[]): readonly RecordedGap[] {
  const byCause = new Map<string, number | null>();
  for (const { cause, count } of gaps) {
    const mine = byCause.get(cause);
    byCause.set(cause, mine === null || count === null ? null : (mine ?? 0) + count);
  }
  return gapsOf(byCause);
}

function gapsOf(byCause: ReadonlyMap<string, number | null>): readonly RecordedGap[] {
  return [...byCause].map(([cause, count]) => ({ cause, count })).sort((a, b) => (a.cause < b.cause ? -1 : 1));
}
