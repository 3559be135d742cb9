import type { Alert } from '../../exercise/index.ts';
import { type CompiledProfile, type Drift, judgeObservation, type Observation } from '../../profile/index.ts';
import type { WatchEvent } from '../../watch/index.ts';

/** What one container did that the profile does not have, and what else was found about it. */
interface Judged {
  readonly drift: Map<string, Drift>;
  readonly alerts: Alert[];
}

const mostKept = 10_000;

/** Judges what containers do by one profile, by `NAMESPACE/ID`. */
export class Judging {
  private readonly profile: CompiledProfile;
  private readonly all = new Map<string, Judged>();
  /** What the sensor lost meanwhile, as causes. */
  readonly gaps = new Set<string>();
  seen = 0;

  constructor(profile: CompiledProfile) {
    this.profile = profile;
  }

  expect(display: string): void {
    this.all.set(display, { drift: new Map(), alerts: [] });
  }

  observe(display: string, observation: Observation): void {
    const mine = this.all.get(display);
    if (mine === undefined) return;
    this.seen++;
    const judged = judgeObservation(this.profile, observation);
    if (judged === 'allowed' || mine.alerts.length >= mostKept) return;
    mine.drift.set(`${judged.code} ${judged.why}`, judged);
    mine.alerts.push({ from: 'drift', code: judged.code, observation: judged.observation });
  }

  follow(event: WatchEvent): void {
    if (event.type === 'coverage' && !event.repaired && event.cause !== 'sensor-lacks') this.gaps.add(event.cause);
    if (event.type !== 'finding' || event.term !== 'identity') return;
    const mine = this.all.get(event.container);
    if (mine !== undefined && mine.alerts.length < mostKept)
      mine.alerts.push({ from: 'finding', code: event.code, path: event.file.path });
  }

  /** Each once, over all of these containers. */
  driftOf(displays: readonly string[]): readonly Drift[] {
    const found = new Map(displays.flatMap((one) => [...(this.all.get(one)?.drift ?? [])]));
    return [...found.values()];
  }

  alertsOf(display: string): readonly Alert[] {
    return this.all.get(display)?.alerts ?? [];
  }
}
