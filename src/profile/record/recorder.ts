import { profileLimits } from '../limits.ts';
import type { RecordedGap } from '../model.ts';
import type { Observation } from '../observation.ts';
import { type Session, type Sight, summedGaps } from './recording.ts';

/** Same key: the same behaviour. */
export function observationKey(one: Observation): string {
  switch (one.kind) {
    case 'process': {
      const { path, parent, argv, argvWhole, uid, capabilities, sha256, ofImage } = one;
      return JSON.stringify([
        'process',
        path,
        parent,
        argv,
        argvWhole,
        uid,
        capabilities.toString(16),
        sha256 ?? '',
        ofImage,
      ]);
    }
    case 'file':
      return JSON.stringify(['file', one.path, one.access, one.sha256 ?? '', one.ofImage]);
    case 'connection':
      return JSON.stringify(['connection', one.protocol, one.address, one.port, one.name ?? '', one.resolver ?? false]);
    case 'listen':
      return JSON.stringify(['listen', one.protocol, one.port]);
    case 'memory':
      return '["memory"]';
  }
}

/** Text that no document can hold is made such: the same way when it is recorded and when it is judged. */
export function wellFormed(one: Observation): Observation {
  switch (one.kind) {
    case 'process': {
      const whole = one.path.isWellFormed() && one.parent.isWellFormed() && one.argv.every((a) => a.isWellFormed());
      if (whole) return one;
      const parent = one.parent.toWellFormed() as typeof one.parent;
      return { ...one, path: one.path.toWellFormed(), parent, argv: one.argv.map((a) => a.toWellFormed()) };
    }
    case 'file':
      return one.path.isWellFormed() ? one : { ...one, path: one.path.toWellFormed() };
    case 'connection':
      return one.name === undefined || one.name.isWellFormed() ? one : { ...one, name: one.name.toWellFormed() };
    case 'listen':
    case 'memory':
      return one;
  }
}

/** Takes down what one container does in one run. */
export class Recorder {
  private readonly run: string;
  private readonly replica: string;
  private readonly from: string;
  private readonly seen = new Map<string, Sight>();
  private readonly gaps: RecordedGap[] = [];
  private dropped = 0;

  /** `from`: RFC 3339 UTC. */
  constructor(session: { readonly run: string; readonly replica: string; readonly from: string }) {
    this.run = session.run;
    this.replica = session.replica;
    this.from = session.from;
  }

  add(observation: Observation, times = 1): void {
    const whole = wellFormed(observation);
    const key = observationKey(whole);
    const before = this.seen.get(key)?.count;
    if (before === undefined && this.seen.size >= profileLimits.recorded) this.dropped++;
    else this.seen.set(key, { observation: whole, count: Math.min((before ?? 0) + times, Number.MAX_SAFE_INTEGER) });
  }

  gap(gap: RecordedGap): void {
    this.gaps.push(gap);
  }

  /** What was seen until `to` (RFC 3339 UTC); recording may go on. `notShown`: what this sensor can't show, by name. */
  session(to: string, notShown: readonly string[]): Session {
    const { run, replica, from } = this;
    const lost = this.dropped === 0 ? [] : [{ cause: 'recording-full', count: this.dropped }];
    return {
      run,
      replica,
      from,
      to,
      seen: new Map(this.seen),
      gaps: summedGaps([...this.gaps, ...lost]),
      notShown: [...new Set(notShown)].sort(),
    };
  }
}
