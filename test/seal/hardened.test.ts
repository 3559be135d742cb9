import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attest, type Json, predicateTypes } from '../../src/attest/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import type { Digest, Repository } from '../../src/oci/index.ts';
import { about, seal } from '../../src/seal/index.ts';
import { buildImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { pushImage } from '../support/repository.ts';
import { evidenceOn, registryWithIndex, requestOf, type Somebody, signal, somebody } from './sealing.ts';

const us = somebody();
const stranger = somebody();
const passed = { ran: 3, passed: 3, failed: 0 };

const base = buildImage({ layers: [{ files: [file('etc/base', 'base')] }] });
const between = buildImage({ layers: [{ files: [file('etc/between', 'between')] }] });
const result = buildImage({ layers: [{ files: [file('etc/result', 'result')] }] });

async function hardened(
  repository: Repository,
  subject: Digest,
  more: { readonly [name: string]: Json } = {},
  by: Somebody = us,
): Promise<void> {
  const predicate = {
    base: { digest: base.manifest.digest },
    intermediate: [between.manifest.digest],
    profile: `sha256:${'a'.repeat(64)}`,
    tests: passed,
    ...more,
  };
  const statement = about(subject, predicateTypes.hardening, predicate);
  await attest(repository, await repository.resolve(subject, signal), statement, by.party, signal);
}

async function refusal(repository: Repository, reference: string, by: Somebody = us): Promise<string> {
  const request = requestOf(repository, us, { reference, hardened: { trust: by.trust } });
  const error: unknown = await seal(request).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  assert.ok(error instanceof HoldfastError, `${reference} was sealed`);
  const { digest } = await repository.resolve(reference, signal);
  assert.equal((await evidenceOn(repository, digest, us.trust)).includes('signature'), false, reference);
  return `${error.code}: ${error.message}`;
}

test('only the result of hardening whose tests passed is sealed; the base is told what it led to', async (context) => {
  const { repository } = await registryWithIndex(context);
  for (const [image, tag] of [
    [base, 'base'],
    [between, 'between'],
    [result, 'hard'],
  ] as const)
    await pushImage(repository, image, tag);
  assert.match(await refusal(repository, 'hard'), /^hardening-missing/);
  assert.match(await refusal(repository, 'base'), /^hardening-missing/);

  await hardened(repository, result.manifest.digest, {}, stranger);
  assert.match(await refusal(repository, 'hard'), /^hardening-missing/, 'a stranger says so');
  await hardened(repository, result.manifest.digest, { tests: { ran: 3, passed: 2, failed: 1 } });
  assert.match(await refusal(repository, 'hard'), /^hardening-untested: 2 of 3/);
  await hardened(repository, result.manifest.digest, { intermediate: ['latest'] });
  await hardened(repository, result.manifest.digest);

  for (const tag of ['base', 'between'])
    assert.match(await refusal(repository, tag), new RegExp(`^hardened-intermediate: .*${result.manifest.digest}`));
  // What names this very digest as its own base is no result, however good its tests.
  await hardened(repository, base.manifest.digest, { intermediate: [] });
  assert.match(await refusal(repository, 'base'), /^hardened-intermediate/);
  assert.match(await refusal(repository, 'v1'), /^hardening-missing/, 'every image of an index has to be');

  const sealed = await seal(requestOf(repository, us, { reference: 'hard', hardened: { trust: us.trust } }));
  assert.equal(sealed.root, result.manifest.digest);
  assert.ok((await evidenceOn(repository, sealed.root, us.trust)).includes('signature'));
});

test('whose word counts: the key that was named, be it another than the sealing one', async (context) => {
  const { repository } = await registryWithIndex(context);
  await pushImage(repository, result, 'hard');
  await hardened(repository, result.manifest.digest, {}, stranger);
  const request = requestOf(repository, us, { reference: 'hard', hardened: { trust: stranger.trust } });
  assert.equal((await seal(request)).root, result.manifest.digest);
});
