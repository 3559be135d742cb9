import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import {
  attach,
  attest,
  type Evidence,
  gather,
  keyIdOf,
  newStatement,
  predicateTypes,
  refuseOtherPredicate,
  type SigningParty,
  type Statement,
  signMessage,
  signStatement,
  type Trust,
  type TrustedKey,
} from '../../src/attest/index.ts';
import {
  type Descriptor,
  type Digest,
  digestOf,
  fallbackTag,
  hexOf,
  openRepository,
  type Repository,
} from '../../src/oci/index.ts';
import { buildImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { openAt } from '../support/registry/open.ts';
import { testRegistry } from '../support/registry/server.ts';
import { blobOf, manifestType, pushArtifact, pushImage } from '../support/repository.ts';

const { signal } = new AbortController();
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

interface Pair {
  readonly party: SigningParty & { readonly kind: 'key' };
  readonly trusted: TrustedKey;
  readonly privateKey: KeyObject;
}

function newPair(): Pair {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = { publicKey, sign: async (data: Uint8Array) => sign('sha256', data, privateKey) };
  return { party: { kind: 'key', signer }, trusted: { id: keyIdOf(publicKey), key: publicKey }, privateKey };
}

const own = newPair();
const stranger = newPair();
const trust: Trust = { keys: [own.trusted], roots: [] };

function statement(digest: Digest, predicateType: string = predicateTypes.sign, predicate: object = {}): Statement {
  return newStatement({
    subjects: [{ digest: { sha256: hexOf(digest) } }],
    predicateType,
    predicate: predicate as Statement['predicate'],
  });
}

function codes(evidence: readonly Evidence[]): readonly string[] {
  return evidence.map((one) => (one.kind === 'refused' ? one.code : one.kind)).sort();
}

/** Pushes what cosign pushes with `--new-bundle-format=false`. */
async function pushTag(
  repository: Repository,
  tag: string,
  layers: readonly {
    readonly bytes: Buffer;
    readonly mediaType: string;
    readonly annotations: Record<string, string>;
  }[],
): Promise<void> {
  const config = Buffer.from('{"architecture":"","os":"","rootfs":{"type":"layers","diff_ids":[]}}');
  for (const bytes of [config, ...layers.map((layer) => layer.bytes)]) {
    await repository.pushBlob(blobOf(bytes), bytes, signal);
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...blobOf(config) },
    layers: layers.map(({ bytes, mediaType, annotations }) => ({ mediaType, ...blobOf(bytes), annotations })),
  };
  await repository.pushManifest({ bytes: Buffer.from(JSON.stringify(manifest)), mediaType: manifestType, tag }, signal);
}

const simpleType = 'application/vnd.dev.cosign.simplesigning.v1+json';

function simple(digest: Digest, pair: Pair, change: (payload: Record<string, unknown>) => void = () => {}) {
  const payload = {
    critical: {
      identity: { 'docker-reference': 'registry.example.com/app' },
      image: { 'docker-manifest-digest': digest },
      type: 'cosign container image signature',
    },
    optional: { release: '7' },
  };
  change(payload);
  const bytes = Buffer.from(JSON.stringify(payload));
  const signature = sign('sha256', bytes, pair.privateKey).toString('base64');
  return { bytes, mediaType: simpleType, annotations: { 'dev.cosignproject.cosign/signature': signature } };
}

interface Runner {
  open(name: string): Promise<Repository>;
  close(): PromiseLike<void>;
}

const runners: Readonly<Record<string, () => Promise<Runner>>> = {
  'a registry with referrers': async () => {
    const registry = await testRegistry();
    return { open: (name) => openAt(registry.host, {}, name), close: () => registry[Symbol.asyncDispose]() };
  },
  'a registry without': async () => {
    const registry = await testRegistry({ referrers: 'none' });
    return { open: (name) => openAt(registry.host, {}, name), close: () => registry[Symbol.asyncDispose]() };
  },
  'an OCI layout': async () => {
    const scratch = await mkdtemp(join(tmpdir(), 'holdfast-gather-'));
    return {
      open: (name) => openRepository({ kind: 'oci', directory: join(scratch, name) }, { signal, create: true }),
      close: () => rm(scratch, { recursive: true }),
    };
  },
};

for (const [title, start] of Object.entries(runners)) {
  describe(title, () => {
    let started: Promise<Runner> | undefined;
    let count = 0;
    after(async () => (await started)?.close());

    const it = (name: string, work: (repository: Repository, subject: Descriptor) => Promise<void>): void => {
      test(name, async () => {
        started ??= start();
        await using repository = await (await started).open(`gather/repo-${++count}`);
        await work(repository, (await pushImage(repository, image, 'latest')) as Descriptor);
      });
    };

    it('an image signature and an attestation are found and verified', async (repository, subject) => {
      const { digest } = subject;
      const signed = await attest(repository, subject, statement(digest), own.party, signal);
      const predicate = { spdxVersion: 'SPDX-2.3' };
      await attest(repository, subject, statement(digest, predicateTypes.spdx, predicate), own.party, signal);
      const { evidence, unsigned } = await gather(repository, digest, trust, signal);
      assert.deepEqual(codes(evidence), ['attestation', 'signature']);
      assert.deepEqual(unsigned, []);
      const signature = evidence.find((one) => one.kind === 'signature');
      assert.equal(signature?.evidence, signed.evidence);
      assert.deepEqual(signature?.signatures, [
        { party: { kind: 'key', key: own.trusted.id }, logs: [], timestamps: [] },
      ]);
      const attestation = evidence.find((one) => one.kind === 'attestation');
      assert.deepEqual(attestation?.statement.predicate, predicate);
    });

    it('the same statement by the same key is attached once', async (repository, subject) => {
      const once = await attest(repository, subject, statement(subject.digest), own.party, signal);
      const twice = await attest(repository, subject, statement(subject.digest), own.party, signal);
      assert.deepEqual(twice, { ...once, outcome: 'present' });
      await attest(repository, subject, statement(subject.digest), stranger.party, signal);
      assert.equal((await repository.referrers(subject.digest, signal)).length, 2);
      const bundle = await signStatement(statement(subject.digest, predicateTypes.vulns), own.party, signal);
      assert.equal((await attach(repository, subject, bundle, signal)).outcome, 'attached');
      assert.equal((await attach(repository, subject, bundle, signal)).outcome, 'present');
    });

    it("a stranger's signature is kept as refused and hides nothing", async (repository, subject) => {
      await attest(repository, subject, statement(subject.digest), stranger.party, signal);
      await attest(repository, subject, statement(subject.digest), own.party, signal);
      const { evidence } = await gather(repository, subject.digest, trust, signal);
      assert.deepEqual(codes(evidence), ['signature', 'signature-invalid']);
      const all = await gather(repository, subject.digest, { ...trust, keys: [stranger.trusted, own.trusted] }, signal);
      assert.deepEqual(codes(all.evidence), ['signature', 'signature']);
    });

    it('evidence of another digest is refused', async (repository, subject) => {
      const other = digestOf(Buffer.from('another image'));
      const bundle = await signStatement(statement(other), own.party, signal);
      await assert.rejects(attach(repository, subject, bundle, signal), { code: 'subject-mismatch' });
      await pushArtifact(repository, subject, bundleType, bundle.toString('utf8'));
      const { evidence } = await gather(repository, subject.digest, trust, signal);
      assert.deepEqual(codes(evidence), ['subject-mismatch']);
    });

    it('predicate type confusion: a statement is of the type that was signed, whatever is annotated', async (repository, subject) => {
      await attest(repository, subject, statement(subject.digest, predicateTypes.cyclonedx), own.party, signal);
      const { evidence } = await gather(repository, subject.digest, trust, signal);
      // An SBOM by the right key is no signature of the image.
      assert.deepEqual(codes(evidence), ['attestation']);
      const [found] = evidence;
      assert.ok(found?.kind === 'attestation');
      assert.throws(() => refuseOtherPredicate(found.statement, predicateTypes.spdx, 'test'), {
        code: 'predicate-type-mismatch',
      });
      refuseOtherPredicate(found.statement, predicateTypes.cyclonedx, 'test');
    });

    it('what is no statement, no bundle, or no one thing is refused; what is unsigned is listed', async (repository, subject) => {
      const bundle = await signMessage(Buffer.from('bytes'), own.party, signal);
      await pushArtifact(repository, subject, bundleType, bundle.toString('utf8'));
      await pushArtifact(repository, subject, bundleType, '{"mediaType":"other"}');
      const sbom = await pushArtifact(repository, subject, 'application/spdx+json', '{}');
      const { evidence, unsigned } = await gather(repository, subject.digest, trust, signal);
      assert.deepEqual(codes(evidence), ['bundle-malformed', 'statement-malformed']);
      assert.deepEqual(unsigned, [
        { kind: 'unsigned', manifest: sbom.digest, subject: subject.digest, artifactType: 'application/spdx+json' },
      ]);
    });

    it("cosign's older tags are read beside referrers, always both", async (repository, subject) => {
      const { digest } = subject;
      const envelope = JSON.parse(
        (
          await signStatement(
            statement(digest, predicateTypes.slsaprovenance02, { builder: { id: 'b' } }),
            own.party,
            signal,
          )
        ).toString('utf8'),
      ) as { dsseEnvelope: object };
      await pushTag(repository, `${fallbackTag(digest)}.sig`, [simple(digest, own), simple(digest, stranger)]);
      await pushTag(repository, `${fallbackTag(digest)}.att`, [
        {
          bytes: Buffer.from(JSON.stringify(envelope.dsseEnvelope)),
          mediaType: 'application/vnd.dsse.envelope.v1+json',
          annotations: { 'dev.cosignproject.cosign/signature': '' },
        },
      ]);
      await attest(repository, subject, statement(digest), stranger.party, signal);
      const { evidence } = await gather(repository, digest, trust, signal);
      assert.deepEqual(codes(evidence), ['attestation', 'signature', 'signature-invalid', 'signature-invalid']);
      const signature = evidence.find((one) => one.kind === 'signature');
      assert.equal(signature?.carrier, 'cosign-signature-tag');
      assert.equal(signature?.reference, 'registry.example.com/app');
      assert.deepEqual(signature?.annotations, { release: '7' });
      assert.equal(evidence.find((one) => one.kind === 'attestation')?.carrier, 'cosign-attestation-tag');
    });

    it("cosign's older signatures about another digest, of another type, or broken, are refused", async (repository, subject) => {
      const { digest } = subject;
      const other = digestOf(Buffer.from('another'));
      const broken = simple(digest, own);
      await pushTag(repository, `${fallbackTag(digest)}.sig`, [
        simple(other, own),
        simple(digest, own, (payload) =>
          Object.assign(payload['critical'] as object, { type: 'atomic container signature' }),
        ),
        { ...broken, annotations: {} },
        { ...broken, mediaType: 'application/octet-stream' },
        { ...broken, annotations: { ...broken.annotations, 'dev.sigstore.cosign/bundle': '{}' } },
        { ...broken, annotations: { ...broken.annotations, 'dev.sigstore.cosign/certificate': 'none' } },
      ]);
      const { evidence } = await gather(repository, digest, trust, signal);
      assert.deepEqual(codes(evidence), [
        'bundle-malformed',
        'bundle-malformed',
        'bundle-malformed',
        'statement-malformed',
        'statement-malformed',
        'subject-mismatch',
      ]);
    });

    it('nothing attached is nothing found', async (repository, subject) => {
      assert.deepEqual(await gather(repository, subject.digest, trust, signal), { evidence: [], unsigned: [] });
    });
  });
}

test('a registry that fails in the middle is no answer', async () => {
  await using registry = await testRegistry();
  await using repository = await openAt(registry.host, {}, 'gather/broken');
  const subject = (await pushImage(repository, image, 'latest')) as Descriptor;
  await attest(repository, subject, statement(subject.digest), own.party, signal);
  registry.intercept = (request, response) => {
    if (request.url?.endsWith('.att') !== true) return false;
    response.writeHead(500).end();
    return true;
  };
  await assert.rejects(gather(repository, subject.digest, trust, signal), /./);
});
