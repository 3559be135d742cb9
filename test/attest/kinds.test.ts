import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import { preAuthEncoding } from '../../src/attest/format/pae.ts';
import {
  type Bundle,
  keyIdOf,
  newStatement,
  parseBundle,
  parsePrivateKey,
  type Signer,
  signedBytes,
  signedDigest,
  signMessage,
  signStatement,
  type TrustedKey,
  verifyBundle,
} from '../../src/attest/index.ts';
import { oneLeafLog } from './one-leaf-log.ts';

const artifact = Buffer.from('an artifact\n');
const { signal } = new AbortController();
const hex = createHash('sha256').update(artifact).digest('hex');
const statement = newStatement({
  subjects: [{ digest: { sha256: hex } }],
  predicateType: 'https://example.com/p/v1',
  predicate: { a: 1 },
});

async function signerOf(privateKey: KeyObject): Promise<Signer> {
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  return parsePrivateKey(pem, () => Promise.reject(new Error('not asked')), 'test key');
}

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const signer = await signerOf(pair.privateKey);
const trusted: TrustedKey = { id: keyIdOf(pair.publicKey), key: pair.publicKey };
const pem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
const spki = pair.publicKey.export({ format: 'der', type: 'spki' });
const party = { kind: 'key', signer } as const;
const enveloped = await signStatement(statement, party, signal);
const message = await signMessage(artifact, party, signal);

interface Parts {
  readonly signature: string;
  readonly payload: Buffer;
  readonly payloadType: string;
}

function partsOf(bytes: Buffer): Parts {
  const { content } = parseBundle(bytes, 'test');
  const signature = content.signature.toString('base64');
  return content.kind === 'dsse'
    ? { signature, payload: content.payload, payloadType: content.payloadType }
    : { signature, payload: artifact, payloadType: '' };
}

function sum(bytes: Uint8Array, form: 'hex' | 'base64'): string {
  return createHash('sha256').update(bytes).digest(form);
}

const pemInBase64 = Buffer.from(pem).toString('base64');
const verifier = { publicKey: { rawBytes: spki.toString('base64') }, keyDetails: 'PKIX_ECDSA_P256_SHA_256' };

/** Each kind of log entry, as its log writes it, over an envelope or a file. */
const kinds: Readonly<
  Record<string, { readonly bundle: Buffer; readonly log: 'ed25519' | 'ec'; readonly body: (parts: Parts) => object }>
> = {
  'hashedrekord 0.0.1 of a file': {
    bundle: message,
    log: 'ec',
    body: ({ signature, payload }) => ({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: sum(payload, 'hex') } },
        signature: { content: signature, publicKey: { content: pemInBase64 } },
      },
    }),
  },
  'hashedrekord 0.0.1 of an envelope': {
    bundle: enveloped,
    log: 'ec',
    body: ({ signature, payload, payloadType }) => ({
      apiVersion: '0.0.1',
      kind: 'hashedrekord',
      spec: {
        data: { hash: { algorithm: 'sha256', value: sum(preAuthEncoding(payloadType, payload), 'hex') } },
        signature: { content: signature, publicKey: { content: pemInBase64 } },
      },
    }),
  },
  'hashedrekord 0.0.2 of a file': {
    bundle: message,
    log: 'ed25519',
    body: ({ signature, payload }) => ({
      apiVersion: '0.0.2',
      kind: 'hashedrekord',
      spec: {
        hashedRekordV002: {
          data: { algorithm: 'SHA2_256', digest: sum(payload, 'base64') },
          signature: { content: signature, verifier },
        },
      },
    }),
  },
  'dsse 0.0.1': {
    bundle: enveloped,
    log: 'ec',
    body: ({ signature, payload }) => ({
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        envelopeHash: { algorithm: 'sha256', value: '00'.repeat(32) },
        payloadHash: { algorithm: 'sha256', value: sum(payload, 'hex') },
        signatures: [{ signature, verifier: pemInBase64 }],
      },
    }),
  },
  'dsse 0.0.2': {
    bundle: enveloped,
    log: 'ed25519',
    body: ({ signature, payload }) => ({
      apiVersion: '0.0.2',
      kind: 'dsse',
      spec: {
        dsseV002: {
          payloadHash: { algorithm: 'SHA2_256', digest: sum(payload, 'base64') },
          signatures: [{ content: signature, verifier }],
        },
      },
    }),
  },
  'intoto 0.0.2': {
    bundle: enveloped,
    log: 'ec',
    body: ({ signature, payload, payloadType }) => ({
      apiVersion: '0.0.2',
      kind: 'intoto',
      spec: {
        content: {
          envelope: {
            payloadType,
            signatures: [{ publicKey: pemInBase64, sig: Buffer.from(signature).toString('base64') }],
          },
          hash: { algorithm: 'sha256', value: '00'.repeat(32) },
          payloadHash: { algorithm: 'sha256', value: sum(payload, 'hex') },
        },
      },
    }),
  },
};

function logged(bytes: Buffer, entry: object): Bundle {
  const document = JSON.parse(bytes.toString('utf8')) as { verificationMaterial: Record<string, unknown> };
  document.verificationMaterial['tlogEntries'] = [entry];
  return parseBundle(Buffer.from(JSON.stringify(document)), 'test');
}

/** Every string in a JSON value that is a signature, a key or a digest, each spoiled in turn. */
function* spoiled(
  value: unknown,
  at: readonly string[] = [],
): Generator<{ readonly at: string; readonly value: unknown }> {
  if (typeof value === 'string') {
    const name = at.at(-1) ?? '';
    if (
      (!['algorithm', 'keyDetails', 'envelopeHash'].includes(name) &&
        !at.includes('envelopeHash') &&
        at.at(-2) !== 'hash') ||
      (at.at(-2) === 'hash' && at.includes('data') && name === 'value')
    ) {
      const mark = value.startsWith('M') ? 'N' : value.startsWith('0') ? '1' : value.startsWith('a') ? 'b' : 'M';
      yield { at: at.join('.'), value: `${mark}${value.slice(1)}` };
    }
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const one of spoiled(inner, [...at, key])) {
      const copy = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
      Object.assign(copy, { [key]: one.value });
      yield { at: one.at, value: copy };
    }
  }
}

for (const [name, { bundle, log: kind, body }] of Object.entries(kinds)) {
  test(`a log entry of kind ${name} is read, and bound to what was signed in every part`, () => {
    const log = oneLeafLog(kind);
    const honest = body(partsOf(bundle));
    const check = (entry: object): unknown =>
      verifyBundle(logged(bundle, entry), signedBytes(artifact), {
        keys: [trusted],
        roots: [log.root],
        minimumLogs: 1,
      });
    check(log.entry(honest));
    let count = 0;
    for (const lie of spoiled((honest as { spec: object }).spec)) {
      assert.throws(() => check(log.entry({ ...honest, spec: lie.value })), { code: 'log-entry-unbound' }, lie.at);
      count += 1;
    }
    assert.ok(count >= 3);
  });
}

test('an entry of a kind that is not read is refused', () => {
  const log = oneLeafLog('ec');
  for (const body of [
    { apiVersion: '0.0.1', kind: 'intoto', spec: {} },
    { apiVersion: '0.0.3', kind: 'dsse', spec: {} },
    { apiVersion: '0.0.1', kind: 'constructor', spec: {} },
  ]) {
    const bundle = logged(enveloped, log.entry(body));
    assert.throws(() => verifyBundle(bundle, signedBytes(artifact), { keys: [trusted], roots: [log.root] }), {
      code: 'log-entry-unbound',
    });
  }
});

test("a log's name: its own in the checkpoint, and the origin's", () => {
  const body = kinds['dsse 0.0.2']?.body(partsOf(enveloped)) ?? {};
  const check = (log: ReturnType<typeof oneLeafLog>): unknown =>
    verifyBundle(logged(enveloped, log.entry(body)), signedBytes(artifact), { keys: [trusted], roots: [log.root] });
  check(oneLeafLog('ec', 'log.example.com:8443'));
  check(oneLeafLog('ec', 'log.example.com', 'log.example.com - 117'));
  check(oneLeafLog('ed25519', 'example.com/log'));
  assert.throws(() => check(oneLeafLog('ed25519', 'log.example.com', 'other.example.com')), {
    code: 'log-entry-invalid',
  });
});

test('a foreign log: refused, or nothing is claimed of it; a known one must hold either way', () => {
  const log = oneLeafLog('ec');
  const other = oneLeafLog('ec');
  const body = kinds['dsse 0.0.1']?.body(partsOf(enveloped)) ?? {};
  const bundle = logged(enveloped, log.entry(body));
  const trust = { keys: [trusted], roots: [other.root] };
  assert.throws(() => verifyBundle(bundle, signedBytes(artifact), trust), { code: 'log-entry-invalid' });
  const ignoring = { ...trust, foreignLogs: 'claim-nothing' } as const;
  assert.deepEqual(verifyBundle(bundle, signedBytes(artifact), ignoring).logs, []);
  const broken = logged(enveloped, log.entry({ ...body, spec: {} }));
  assert.throws(() => verifyBundle(broken, signedBytes(artifact), { ...ignoring, roots: [log.root] }), {
    code: 'log-entry-unbound',
  });
});

const generated: Readonly<Record<string, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  'P-256': () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  RSA: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  Ed25519: () => generateKeyPairSync('ed25519'),
};

for (const [name, make] of Object.entries(generated)) {
  test(`${name}: signs and verifies, files and statements, and only by the right key`, async () => {
    const { publicKey, privateKey } = make();
    const by = { kind: 'key', signer: await signerOf(privateKey) } as const;
    const trust = { keys: [{ id: keyIdOf(publicKey), key: publicKey }], roots: [] };
    const foreign = make().publicKey;
    for (const bytes of [await signMessage(artifact, by, signal), await signStatement(statement, by, signal)]) {
      const bundle = parseBundle(bytes, name);
      const { party: found } = verifyBundle(bundle, signedBytes(artifact), trust);
      assert.deepEqual(found, { kind: 'key', key: keyIdOf(publicKey) });
      assert.throws(
        () => verifyBundle(bundle, signedBytes(artifact), { ...trust, keys: [{ id: keyIdOf(foreign), key: foreign }] }),
        { code: 'signature-invalid' },
      );
      assert.throws(() => verifyBundle(bundle, signedBytes(artifact), { ...trust, keys: [] }), {
        code: 'signer-unknown',
      });
    }
  });

  test(`${name}: of a file only the digest is known`, async () => {
    const { publicKey, privateKey } = make();
    const signing = { kind: 'key', signer: await signerOf(privateKey) } as const;
    const bundle = parseBundle(await signMessage(artifact, signing, signal), name);
    const trust = { keys: [{ id: keyIdOf(publicKey), key: publicKey }], roots: [] };
    const digest = createHash('sha256').update(artifact).digest();
    if (!['P-256', 'RSA'].includes(name)) {
      // They sign another hash, or, as Ed25519, the bytes themselves: a sha256 alone can't be checked.
      assert.throws(() => verifyBundle(bundle, signedDigest('sha256', digest), trust), {
        code: name === 'Ed25519' ? 'signature-invalid' : 'subject-mismatch',
      });
      return;
    }
    verifyBundle(bundle, signedDigest('sha256', digest), trust);
    bundle.content.signature[10] = (bundle.content.signature[10] ?? 0) ^ 1;
    assert.throws(() => verifyBundle(bundle, signedDigest('sha256', digest), trust), { code: 'signature-invalid' });
  });
}

test('key window expired or not begun: at the time signed over, else now', () => {
  const bundle = parseBundle(message, 'test');
  const at = (notBefore: number, notAfter: number, now: number): unknown =>
    verifyBundle(bundle, signedBytes(artifact), { keys: [{ ...trusted, notBefore, notAfter }], roots: [] }, now);
  at(1000, 2000, 1000);
  at(1000, 2000, 2000);
  assert.throws(() => at(1000, 2000, 999), { code: 'key-window' });
  assert.throws(() => at(1000, 2000, 2001), { code: 'key-window' });
});
