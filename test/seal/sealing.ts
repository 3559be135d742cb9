import { generateKeyPairSync } from 'node:crypto';
import type { TestContext } from 'node:test';
import { gather, keyIdOf, localSigner, type SigningParty, type Trust } from '../../src/attest/index.ts';
import type { Digest, Repository } from '../../src/oci/index.ts';
import type { SealRequest } from '../../src/seal/index.ts';
import { buildImage, buildIndex } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { openAt } from '../support/registry/open.ts';
import { type TestRegistry, testRegistry } from '../support/registry/server.ts';
import { pushImage } from '../support/repository.ts';

export const signal = AbortSignal.timeout(60_000);

export interface Somebody {
  readonly party: SigningParty;
  readonly trust: Trust;
}

export function somebody(): Somebody {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    party: { kind: 'key', signer: localSigner(privateKey, publicKey) },
    trust: { keys: [{ id: keyIdOf(publicKey), key: publicKey }], roots: [] },
  };
}

const images = ['amd64', 'arm64'].map((architecture) => ({
  image: buildImage({
    platform: { os: 'linux', architecture },
    layers: [{ files: [file('usr/bin/app', architecture)] }],
  }),
  platform: { os: 'linux', architecture },
}));
export const index = buildIndex(images);
export const [amd64, arm64] = images.map(({ image }) => image.manifest.digest) as [Digest, Digest];

/** A registry that holds the index under `v1`. */
export async function registryWithIndex(
  context: TestContext,
): Promise<{ readonly registry: TestRegistry; readonly repository: Repository }> {
  const registry = await testRegistry();
  const repository = await openAt(registry.host);
  context.after(async () => {
    await repository[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });
  await pushImage(repository, index, 'v1');
  return { registry, repository };
}

export function requestOf(repository: Repository, { party }: Somebody, more: Partial<SealRequest> = {}): SealRequest {
  return {
    repository,
    reference: 'v1',
    party,
    signal,
    toolVersion: '0.1.0',
    sboms: ['cyclonedx'],
    origin: { builder: 'https://builder.example', parameters: {} },
    bases: [],
    materials: [],
    annotations: {},
    ...more,
  };
}

/** Predicate types of what verifies, sorted; `signature` for an image signature. */
export async function evidenceOn(repository: Repository, digest: Digest, trust: Trust): Promise<readonly string[]> {
  const { evidence } = await gather(repository, digest, trust, signal);
  return evidence.map((one) => (one.kind === 'attestation' ? one.statement.predicateType : one.kind)).sort();
}
