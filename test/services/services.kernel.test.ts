import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { compileProfile, judgeObservation, profileLimits, readProfile } from '../../src/profile/index.ts';
import { services } from './every.ts';
import { execute } from './support/box.ts';
import { underFlood } from './support/flooding.ts';
import { Ground } from './support/ground.ts';
import type { Prepared } from './support/profiled.ts';
import { type Attempt, type Outcome, textOf, trial } from './support/trial.ts';

const holdfast = join(import.meta.dirname, '../../bin/holdfast');

test('real services: no drift in what was not recorded, every loud attack told, the quiet ones as it is', async (context) => {
  await using ground = await Ground.open();
  const all: Awaited<ReturnType<typeof trial>>[] = [];
  // Two at once, as there are cores: more, and it is the host that is tested.
  for (let at = 0; at < services.length; at += 2)
    all.push(...(await Promise.all(services.slice(at, at + 2).map((service) => trial(ground, service)))));
  for (const { outcome } of all) await checked(context, outcome);
  const flooded = await flooding(context, ground, all.map(({ prepared }) => prepared)); // biome-ignore format: short
  report(context, all.map(({ outcome }) => outcome), flooded); // biome-ignore format: short
  await context.test('a recipe is recorded by the command, and allows the same', async () => {
    const redis = all.find(({ prepared }) => prepared.service.name === 'redis')?.prepared;
    assert.ok(redis);
    await byCommand(ground, redis);
  });
});

async function checked(context: TestContext, outcome: Outcome): Promise<void> {
  const { service, bytes, judged, drift, attempts } = outcome;
  await context.test(`${service}: the variation does not drift`, () => {
    assert.ok(judged > 100, `only ${judged} things were seen`);
    assert.ok(bytes < profileLimits.ordinaryBytes, `${bytes} bytes`);
    assert.deepEqual(drift.map(textOf), []);
  });
  await context.test(`${service}: attacks`, () => attacks(attempts));
}

function attacks(attempts: readonly Attempt[]): void {
  const failed = attempts.filter(({ failure }) => failure !== undefined);
  assert.deepEqual(failed.map(({ attack, failure }) => `${attack.name}: ${failure}`), []); // biome-ignore format: short
  const untold = attempts.filter(({ attack, alert }) => alert === undefined && attack.missed === undefined);
  assert.deepEqual(untold.map(({ attack }) => attack.name), [], 'not told, and no reason is known'); // biome-ignore format: short
  const other = attempts.filter(({ alert, named }) => alert !== undefined && !named);
  assert.deepEqual(other.map(({ attack, alert }) => [attack.name, alert?.process]), [], 'another process is named'); // biome-ignore format: short
  // A reason that no longer holds is taken out.
  const better = attempts.filter(({ attack, alert }) => alert !== undefined && attack.missed !== undefined);
  assert.deepEqual(better.map(({ attack }) => attack.name), []); // biome-ignore format: short
  assert.ok(attempts.every(({ attack }) => attack.kind === 'quiet' || attack.missed === undefined));
}

async function flooding(
  context: TestContext,
  ground: Ground,
  prepared: readonly Prepared[],
): Promise<ReadonlyMap<string, readonly Attempt[]>> {
  const found = await underFlood(ground, prepared, { image: 'test.local/nginx:latest' });
  for (const [service, attempts] of found)
    await context.test(`${service}: loud attacks beside a neighbour that floods`, () => attacks(attempts));
  return found;
}

const rate = (attempts: readonly Attempt[]): string =>
  `${attempts.filter(({ alert }) => alert !== undefined).length}/${attempts.length}`;

function report(context: TestContext, all: readonly Outcome[], flooded: ReadonlyMap<string, readonly Attempt[]>): void {
  for (const { service, attempts, ...one } of all) {
    const of = (kind: string): string => rate(attempts.filter(({ attack }) => attack.kind === kind));
    context.diagnostic(
      `${service}: ${one.entries} entries, ${one.wildcards} with a wildcard, ${one.bytes} bytes, recorded in ${one.recordSeconds.toFixed(0)} s; ` +
        `${one.judged} judged in ${one.variationSeconds.toFixed(0)} s, ${one.drift.length} drift; ` +
        `loud ${of('loud')}, quiet ${of('quiet')}, flooded ${rate(flooded.get(service) ?? [])}`,
    );
    for (const { attack, alert } of attempts)
      if (alert === undefined) context.diagnostic(`${service}: not told: ${attack.name}: ${attack.missed ?? '?'}`);
  }
}

/** `holdfast profile record` with the same recipe: what it writes allows what the variation did. */
async function byCommand(ground: Ground, { directory, layout, service }: Prepared): Promise<void> {
  const file = join(directory, 'by-command.json');
  const recipe = join(directory, 'recipe.yaml');
  const command = ['profile', 'record', `oci:${layout}:latest`, '--recipe', recipe, '-o', file];
  const answer = await execute([holdfast, ...command, '--containerd', ground.containerd.socket], directory);
  assert.equal(answer.code, 0, answer.stderr);
  const compiled = compileProfile(readProfile(readFileSync(file), file));
  const judged = ground.of(`${service.name}-variation`).map((one) => judgeObservation(compiled, one));
  assert.deepEqual(judged.flatMap((one) => (one === 'allowed' ? [] : [one.why])), []); // biome-ignore format: short
}
