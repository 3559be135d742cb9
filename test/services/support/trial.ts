import { setTimeout as sleep } from 'node:timers/promises';
import { type ExecutionProfile, wildcardsOf, writeProfile } from '../../../src/profile/index.ts';
import { Box } from './box.ts';
import type { Ground, Told } from './ground.ts';
import { type Prepared, prepare, profileOf, recorded } from './profiled.ts';
import type { Attack, Service } from './service.ts';

/** How one attack went. */
export interface Attempt {
  readonly attack: Attack;
  /** The alert that tells of it, where one does. */
  readonly alert: Told | undefined;
  /** That alert names a process that the attack came from. */
  readonly named: boolean;
  readonly failure?: string;
}

/** How a service did with its profile. */
export interface Outcome {
  readonly service: string;
  readonly entries: number;
  readonly wildcards: number;
  readonly bytes: number;
  readonly recordSeconds: number;
  readonly variationSeconds: number;
  /** Things seen in the variation, each judged. */
  readonly judged: number;
  readonly drift: readonly Told[];
  readonly attempts: readonly Attempt[];
}

/** Recorded by its recipe, varied, attacked. */
export async function trial(ground: Ground, service: Service): Promise<{ outcome: Outcome; prepared: Prepared }> {
  const prepared = await prepare(ground, service);
  const begun = performance.now();
  const recording = await recorded(ground, prepared);
  const recordSeconds = (performance.now() - begun) / 1000;
  const profile = profileOf(ground, recording);
  if (recording.subject !== undefined) ground.give(recording.subject, profile);
  const variation = `${service.name}-variation`;
  const before = performance.now();
  const box = await start(ground, prepared, variation, service.environment);
  await service.variation(box);
  await box.stop();
  await ground.quiet(variation);
  await sleep(1500);
  const outcome: Outcome = {
    service: service.name,
    entries: entriesOf(profile),
    wildcards: wildcardsOf(profile),
    bytes: writeProfile(profile).length,
    recordSeconds,
    variationSeconds: (performance.now() - before) / 1000,
    judged: ground.of(variation).length,
    drift: ground.findings(variation),
    attempts: await attacked(ground, prepared, `${service.name}-attacked`, service.attacks),
  };
  return { outcome, prepared };
}

function entriesOf({ processes, files, outbound, inbound }: ExecutionProfile): number {
  const lists = processes.reduce((sum, one) => sum + one.arguments.length, 0);
  return lists + files.length + outbound.length + inbound.length;
}

/** Each attack, one after another in one container, and what was told of each. */
export async function attacked(
  ground: Ground,
  prepared: Prepared,
  id: string,
  attacks: readonly Attack[],
): Promise<readonly Attempt[]> {
  const box = await start(ground, prepared, id);
  const failures = new Map<Attack, string>();
  for (const attack of attacks) {
    try {
      await attack.act(box);
    } catch (error) {
      failures.set(attack, (error as Error).message);
    }
    await sleep(150);
  }
  await ground.quiet(id);
  await sleep(1500);
  const found = ground.findings(id);
  await box[Symbol.asyncDispose]();
  return attacks.map((attack): Attempt => {
    const failure = failures.get(attack);
    const about = found.filter((one) => attack.told.test(textOf(one)));
    const alert = about.find((one) => isBy(one, attack.by)) ?? about[0];
    return {
      attack,
      alert,
      named: alert !== undefined && isBy(alert, attack.by),
      ...(failure === undefined ? {} : { failure }),
    };
  });
}

function start(
  ground: Ground,
  { image, directory, recipe }: Prepared,
  id: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Box> {
  const [run] = recipe.spec.runs;
  if (run === undefined) throw new Error('a recipe without runs');
  return Box.start(ground.containerd, id, { image, directory, run, environment });
}

/** `code subject arguments`, of a finding. */
export function textOf(finding: Told): string {
  const subject = 'subject' in finding ? finding.subject : finding.file.path;
  const { process } = finding;
  return `${finding.code} ${subject} ${(process?.argv ?? []).join(' ')}`;
}

function isBy({ process }: Told, by: RegExp): boolean {
  return process !== null && [process, ...process.parents].some(({ path }) => by.test(path));
}
