import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseArtifactManifest } from '../../src/attest/gather/artifact-manifest.ts';
import { annotatedBundle, signatureIn } from '../../src/attest/gather/cosign-annotations.ts';
import { parseSimpleSigning } from '../../src/attest/gather/simple-signing.ts';
import { exactly, matches, matching, parseSigningConfig, parseTrustedRoot } from '../../src/attest/index.ts';
import { checkpointFault } from '../../src/attest/verify/checkpoint.ts';
import { HoldfastError } from '../../src/errors/index.ts';
import { oneLeafLog } from './one-leaf-log.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const simple = {
  critical: {
    identity: { 'docker-reference': 'example.com/app' },
    image: { 'docker-manifest-digest': digest },
    type: 'cosign container image signature',
  },
  optional: null,
};
const manifest = {
  schemaVersion: 2,
  artifactType: 'x/y',
  layers: [{ mediaType: 'x/y', digest, size: 1, annotations: { a: 'b' } }],
  subject: { mediaType: 'x/y', digest, size: 1 },
};

/** Any JSON at all, or something good with one value of it replaced by anything. */
function nearly(good: object): fc.Arbitrary<string> {
  const paths = (value: unknown): readonly (readonly string[])[] =>
    typeof value === 'object' && value !== null
      ? [[], ...Object.entries(value).flatMap(([key, inner]) => paths(inner).map((rest) => [key, ...rest]))]
      : [[]];
  const replaced = fc.tuple(fc.constantFrom(...paths(good)), fc.jsonValue()).map(([path, value]) => {
    const copy = structuredClone({ good }) as Record<string, unknown>;
    let at = copy;
    const keys = ['good', ...path];
    for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
    at[keys.at(-1) ?? ''] = value;
    return JSON.stringify(copy['good']);
  });
  return fc.oneof(replaced, fc.json());
}

function onlyTyped(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof HoldfastError, String((error as Error).stack));
  }
}

test('simple signing: what is good is read, all else is a typed error', () => {
  assert.deepEqual(parseSimpleSigning(Buffer.from(JSON.stringify(simple)), 'test'), {
    digest,
    reference: 'example.com/app',
    annotations: {},
  });
  fc.assert(fc.property(nearly(simple), (text) => onlyTyped(() => parseSimpleSigning(Buffer.from(text), 'test'))));
});

test('manifests of evidence: what is good is read, all else is a typed error', () => {
  const { subject, layers } = parseArtifactManifest(Buffer.from(JSON.stringify(manifest)), 'test');
  assert.equal(subject, digest);
  assert.deepEqual(layers[0]?.annotations, { a: 'b' });
  fc.assert(fc.property(nearly(manifest), (text) => onlyTyped(() => parseArtifactManifest(Buffer.from(text), 'test'))));
});

test("cosign's annotations: anything in them is a typed error", () => {
  const content = { kind: 'message', signature: Buffer.from('x') } as const;
  const log = {
    SignedEntryTimestamp: 'AAAA',
    Payload: {
      body: Buffer.from('{"kind":"hashedrekord","apiVersion":"0.0.1"}').toString('base64'),
      integratedTime: 1,
      logIndex: 2,
      logID: 'ab'.repeat(32),
    },
  };
  const [entry] = annotatedBundle({ 'dev.sigstore.cosign/bundle': JSON.stringify(log) }, content, 'test').logEntries;
  assert.deepEqual([entry?.kind, entry?.version, entry?.index], ['hashedrekord', '0.0.1', 2n]);
  fc.assert(
    fc.property(nearly(log), fc.string(), (text, other) => {
      onlyTyped(() => annotatedBundle({ 'dev.sigstore.cosign/bundle': text }, content, 'test'));
      onlyTyped(() => annotatedBundle({ 'dev.sigstore.cosign/certificate': other }, content, 'test'));
      onlyTyped(() => annotatedBundle({ 'dev.sigstore.cosign/rfc3161timestamp': text }, content, 'test'));
      onlyTyped(() => signatureIn({ 'dev.cosignproject.cosign/signature': other }, 'test'));
    }),
  );
});

function bytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

test('trusted roots and signing configurations: anything else is a typed error', () => {
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      {
        baseUrl: 'https://log.example.com',
        publicKey: {
          rawBytes: 'MCowBQYDK2VwAyEAt8rlp1knGwjfbcXAYPYAkn0XiLz1x8O4t0YkEhie244=',
          keyDetails: 'PKIX_ED25519',
          validFor: { start: '2025-01-01T00:00:00Z', end: '2026-01-01T00:00:00.5+01:00' },
        },
        logId: { keyId: 'zxGZFVvd0FEmjR8WrFwMdcAJ9vtaY/QXf44Y1wUeP6A=' },
      },
    ],
    certificateAuthorities: [],
    timestampAuthorities: [],
    ctlogs: [],
  };
  const [log] = parseTrustedRoot(bytes(root), 'test').logs;
  assert.equal(log?.url, 'log.example.com');
  assert.equal(log?.validity.end, Date.parse('2025-12-31T23:00:00.5Z'));
  fc.assert(fc.property(nearly(root), (text) => onlyTyped(() => parseTrustedRoot(Buffer.from(text), 'test'))));
  const authority = { uri: 'x', certChain: { certificates: [] }, validFor: { start: '2025-01-01T00:00:00Z' } };
  const [tlog] = root.tlogs;
  assert.ok(tlog !== undefined);
  const { start } = tlog.publicKey.validFor;
  for (const bad of [
    { ...root, timestampAuthorities: [authority] },
    { ...root, certificateAuthorities: [authority] },
    { ...root, tlogs: [{ ...tlog, publicKey: { ...tlog.publicKey, validFor: {} } }] },
    { ...root, tlogs: [{ ...tlog, publicKey: { ...tlog.publicKey, validFor: undefined } }] },
    { ...root, tlogs: [{ ...tlog, publicKey: { ...tlog.publicKey, validFor: { start: '2025' } } }] },
    { ...root, tlogs: [{ ...tlog, publicKey: { ...tlog.publicKey, rawBytes: 'AAAA' } }] },
    { ...root, tlogs: [{ ...tlog, logId: undefined }] },
    { ...root, mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=9' },
  ]) {
    assert.throws(() => parseTrustedRoot(bytes(bad), 'test'), { code: 'trusted-root-malformed' }, JSON.stringify(bad));
  }
  const unknown = { ...tlog, publicKey: { ...tlog.publicKey, keyDetails: 'ML_DSA_65', validFor: { start } } };
  assert.deepEqual(parseTrustedRoot(bytes({ ...root, tlogs: [unknown] }), 'test').logs, []);
  fc.assert(fc.property(fc.json(), (text) => onlyTyped(() => parseSigningConfig(Buffer.from(text), 'test'))));
});

test('checkpoints: any text at all is a fault, never a crash', () => {
  const log = oneLeafLog('ed25519').root.logs[0];
  assert.ok(log !== undefined);
  const proof = { index: 0n, size: 1n, root: Buffer.alloc(32), hashes: [] };
  const line = fc.constantFrom(
    'log.example.com',
    '1',
    Buffer.alloc(32).toString('base64'),
    '',
    '\u2014 log.example.com AAAAAAAA',
    '\u2014 a b',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(line).map((lines) => `${lines.join('\n')}\n`),
      ),
      (checkpoint) => {
        assert.equal(typeof checkpointFault({ ...proof, checkpoint }, log), 'string');
      },
    ),
  );
});

test('patterns match the whole text and nothing less; exact text is no pattern', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, two) => {
      assert.equal(matches(exactly(one), two), one === two);
    }),
  );
  assert.ok(matches(matching('a.c|b'), 'abc') && matches(matching('a.c|b'), 'b'));
  for (const text of ['abcd', 'xabc', 'ab', 'abc\n', '\nabc', 'bb']) assert.ok(!matches(matching('a.c|b'), text), text);
  for (const bad of ['(', 'a)|(b', '[', 'x'.repeat(2000)])
    assert.throws(() => matching(bad), { code: 'identity-pattern' });
  // Exponential for a matcher that backtracks.
  assert.ok(!matches(matching('(a+)+$'), `${'a'.repeat(5000)}b`));
});
