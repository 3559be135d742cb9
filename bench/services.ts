import { services } from '../test/services/every.ts';
import { underFlood } from '../test/services/support/flooding.ts';
import { Ground } from '../test/services/support/ground.ts';
import { type Attempt, type Outcome, trial } from '../test/services/support/trial.ts';
import { tableOf } from './markdown.ts';

/** How one real service did with its profile, and with its loud attacks once more beside a neighbour that floods. */
export interface ServiceRow extends Omit<Outcome, 'drift' | 'attempts'> {
  readonly drift: number;
  readonly loud: Rate;
  readonly flooded: Rate;
  readonly quiet: Rate;
}

interface Rate {
  readonly told: number;
  readonly of: number;
}

export async function servicesMeasured(progress: (line: string) => void): Promise<readonly ServiceRow[]> {
  progress('services: recorded, varied and attacked, all at once');
  await using ground = await Ground.open();
  const all = await Promise.all(services.map((service) => trial(ground, service)));
  progress('services: attacked beside a neighbour that floods');
  const prepared = all.map((one) => one.prepared);
  const flooded = await underFlood(ground, prepared, { image: 'test.local/nginx:latest' });
  return all.map(({ outcome: { drift, attempts, ...outcome } }) => ({
    ...outcome,
    drift: drift.length,
    loud: rateOf(attempts.filter(({ attack }) => attack.kind === 'loud')),
    flooded: rateOf(flooded.get(outcome.service) ?? []),
    quiet: rateOf(attempts.filter(({ attack }) => attack.kind === 'quiet')),
  }));
}

/** Told, and with the right process named. */
function rateOf(attempts: readonly Attempt[]): Rate {
  return { told: attempts.filter(({ named }) => named).length, of: attempts.length };
}

function text({ told, of }: Rate): string {
  return `${told} of ${of}`;
}

export function servicesPage(rows: readonly ServiceRow[]): string {
  return tableOf(
    [
      'service',
      'entries',
      'with a wildcard',
      'bytes',
      'recorded in',
      'judged',
      'false drift',
      'loud',
      'flooded',
      'quiet',
    ],
    rows.map((row) => [
      row.service,
      String(row.entries),
      String(row.wildcards),
      String(row.bytes),
      `${row.recordSeconds.toFixed(0)} s`,
      String(row.judged),
      String(row.drift),
      text(row.loud),
      text(row.flooded),
      text(row.quiet),
    ]),
  );
}
