import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { attest, newStatement, predicateTypes } from '../../src/attest/index.ts';
import { admissionFacts } from '../../src/kube/index.ts';
import { openLedger } from '../../src/ledger/index.ts';
import { hexOf } from '../../src/oci/index.ts';
import { buildImage, type TestImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { openAt } from '../support/registry/open.ts';
import { openWorld, podOf, reviewOf, type World } from './world.ts';

const [first, second] = ['1', '2'].map((version) =>
  buildImage({ layers: [{ files: [file('version', version)] }] }),
) as [TestImage, TestImage];

/** Signed, with provenance that says when it was built. */
async function release(world: World, image: TestImage, tag: string, finishedOn: string): Promise<string> {
  const { digest } = await world.push(tag, image);
  await using repository = await openAt(world.registry.host, {}, 'apps/app');
  const { signal } = new AbortController();
  const predicate = {
    buildDefinition: { buildType: 'https://example.com/build', externalParameters: {}, resolvedDependencies: [] },
    runDetails: { builder: { id: 'https://example.com/builder' }, metadata: { finishedOn } },
  };
  const statement = newStatement({
    subjects: [{ digest: { sha256: hexOf(digest) } }],
    predicateType: predicateTypes.slsaprovenance1,
    predicate,
  });
  await attest(repository, await repository.resolve(digest, signal), statement, world.party, signal);
  return `${world.name}@${digest}`;
}

test('roll-back to an older signed image: refused once a newer one was admitted, also after a restart', async () => {
  await using world = await openWorld({ spec: { rollBack: { monotone: true } } });
  const old = await release(world, first, 'v1', '2026-10-01T00:00:00Z');
  const current = await release(world, second, 'v2', '2026-11-01T00:00:00Z');
  const ask = (reference: string, more: object = {}) =>
    world.ask('/validate', reviewOf(podOf(reference), more as never));
  assert.equal((await ask(old)).allowed, true);
  assert.equal((await ask(current, { dryRun: true })).allowed, true);
  assert.equal((await ask(old)).allowed, true, 'a dry run runs nothing, so it is not remembered');
  assert.equal((await ask(current)).allowed, true);
  const back = await ask(old);
  assert.equal(back.allowed, false);
  assert.match(back.status?.message ?? '', /rolled-back/);
  assert.equal((await ask(current)).allowed, true);

  const rows = world.ledger.query('SELECT manifest, released FROM admitted_images');
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [{ manifest: current.split('@')[1], released: '2026-11-01T00:00:00.000Z' }],
  );
  await world.server[Symbol.asyncDispose]();
  await world.ledger.close();
  const again = openLedger({
    mode: 'write',
    directory: join(world.scratch, 'store'),
    component: 'admission',
    factSets: [admissionFacts],
  });
  again.rebuildFacts();
  assert.equal(again.query('SELECT released FROM admitted_images')[0]?.['released'], '2026-11-01T00:00:00.000Z');
  await again.close();
});
