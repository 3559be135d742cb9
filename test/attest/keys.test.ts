import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import {
  commandSigner,
  generateKey,
  hintOf,
  keyIdOf,
  loadSigner,
  parseBundle,
  parsePrivateKey,
  parsePublicKey,
  signedBytes,
  signMessage,
  verifyBundle,
} from '../../src/attest/index.ts';
import { openCosignKey, pem, sealCosignKey, unpem } from '../../src/attest/keys/cosign-key.ts';
import { HoldfastError } from '../../src/errors/index.ts';

const { signal } = new AbortController();
let scratch: string;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
});
after(() => rm(scratch, { recursive: true }));

const secret = async (): Promise<string> => 'open sesame';
const unasked = (): Promise<string> => Promise.reject(new Error('nobody should be asked'));
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicPem = publicKey.export({ format: 'pem', type: 'spki' }).toString();

test('keygen: an encrypted key for its owner alone, a public key, and never over anything', async () => {
  const prefix = join(scratch, 'release');
  const made = await generateKey(prefix, 'open sesame');
  assert.equal((await stat(made.keyPath)).mode & 0o777, 0o600);
  const { id, key } = parsePublicKey(await readFile(made.publicPath, 'utf8'), made.publicPath);
  assert.equal(id, made.id);
  const signer = await loadSigner(made.keyPath, secret, signal);
  assert.equal(keyIdOf(signer.publicKey), id);
  const bytes = Buffer.from('x');
  const bundle = parseBundle(await signMessage(bytes, { kind: 'key', signer }, signal), 'test');
  assert.deepEqual(bundle.material, { kind: 'key', hint: hintOf(key) });
  verifyBundle(bundle, signedBytes(bytes), { keys: [{ id, key }], roots: [] });
  await assert.rejects(generateKey(prefix, 'other'), { code: 'key-exists' });
  await rm(made.publicPath);
  await assert.rejects(generateKey(prefix, 'other'), { code: 'key-exists' });
  assert.equal(await stat(made.publicPath).catch(() => 'gone'), 'gone');
  assert.equal(keyIdOf((await loadSigner(made.keyPath, secret, signal)).publicKey), id);
  await assert.rejects(generateKey(join(scratch, 'no/such/dir/key'), 'other'), { code: 'file-unwritable' });
});

test('private keys: PKCS #8, encrypted PKCS #8, SEC 1, PKCS #1', async () => {
  const forms = [
    privateKey.export({ format: 'pem', type: 'pkcs8' }),
    privateKey.export({ format: 'pem', type: 'sec1' }),
    `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${privateKey.export({ format: 'pem', type: 'sec1' }).toString()}`,
  ];
  for (const form of forms) {
    const signer = await parsePrivateKey(form.toString(), unasked, 'test');
    assert.equal(keyIdOf(signer.publicKey), keyIdOf(publicKey));
  }
  const sealed = privateKey
    .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'open sesame' })
    .toString();
  assert.equal(keyIdOf((await parsePrivateKey(sealed, secret, 'test')).publicKey), keyIdOf(publicKey));
  await assert.rejects(
    parsePrivateKey(sealed, async () => 'wrong', 'test'),
    { code: 'key-passphrase' },
  );
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pkcs1 = rsa.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
  assert.equal(keyIdOf((await parsePrivateKey(pkcs1, unasked, 'test')).publicKey), keyIdOf(rsa.publicKey));
});

function spki(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

test('keys that are none, several, of another kind or too weak are refused', async () => {
  const pkcs8 = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const odd = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const dh = generateKeyPairSync('x25519');
  for (const text of [
    '',
    'no key',
    pkcs8,
    publicPem.slice(0, 80),
    publicPem + publicPem,
    publicPem.replace('M', '!'),
  ]) {
    assert.throws(() => parsePublicKey(text, 'test'), { code: 'key-malformed' }, text.slice(0, 40));
  }
  for (const key of [weak, odd, dh])
    assert.throws(() => parsePublicKey(spki(key.publicKey), 'test'), { code: 'key-unsupported' });
  for (const text of [
    '',
    'no key',
    publicPem,
    pkcs8 + pkcs8,
    pkcs8.slice(0, 60),
    pkcs8.replaceAll('PRIVATE', 'SECRET'),
  ]) {
    await assert.rejects(parsePrivateKey(text, unasked, 'test'), { code: 'key-malformed' }, text.slice(0, 40));
  }
  const weakPem = weak.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await assert.rejects(parsePrivateKey(weakPem, unasked, 'test'), { code: 'key-unsupported' });
  await assert.rejects(loadSigner(join(scratch, 'absent'), unasked, signal), { code: 'not-found' });
  await assert.rejects(loadSigner(scratch, unasked, signal), HoldfastError);
});

// Written by cosign 3.1.3 (`cosign generate-key-pair`) for this test, passphrase "open sesame"; it signs nothing.
const fromCosign = `-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
OCwicCI6MX0sInNhbHQiOiJwVUVPRjhxdUNrM1NYMW9YS01DUXFnNnYrdStXTkVU
VTh4bWdwTmprVzFRPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
Iiwibm9uY2UiOiJsSWxUTGd4R0V2Y29rWVk2azJxTXNFc3MxZk1EdnZkNiJ9LCJj
aXBoZXJ0ZXh0Ijoid2lJSFB1YXVoSENDNldyTXorWXhCUlZZWDBSbVZoMzFIUm1R
YjNWVEVWS2FSc2NlYklVeE9ueXlyeWxIeDNLbjNLRU81MWU4V2g0RnVIWHNMa04v
Y2toTkdHNDkxZWtCcnhsbmVuZk44bkpyWmFyMW5KRVg0dkQ1UWpsSEY0aXo2Yko1
dDVPak4xcDZoZ2NHZWZ4blBpTE1JdDJiSW1aVFZYYnBjaGtzcEgwNmlBVXRaYk1R
NnRPelNCdmF0ekRxOUxsZWZBZnhWZTRGQlE9PSJ9
-----END ENCRYPTED SIGSTORE PRIVATE KEY-----`;

test("cosign's own encrypted key opens, and its public key is the one that cosign wrote", async () => {
  const signer = await parsePrivateKey(fromCosign, secret, 'test');
  assert.equal(keyIdOf(signer.publicKey), 'f4b4de0af1d5bb90c7f4b93b783fa592575cdb2728037c0d193e36510f5a4d11');
  await assert.rejects(
    parsePrivateKey(fromCosign, async () => 'open sesam', 'test'),
    { code: 'key-passphrase' },
  );
});

test("cosign's form: what is sealed opens again, under both labels", async () => {
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealed = await sealCosignKey(der, 'open sesame');
  for (const text of [sealed, sealed.replaceAll('SIGSTORE', 'COSIGN')]) {
    assert.equal(keyIdOf((await parsePrivateKey(text, secret, 'test')).publicKey), keyIdOf(publicKey));
  }
  const json = unpem('ENCRYPTED SIGSTORE PRIVATE KEY', sealed) ?? Buffer.alloc(0);
  assert.ok(createPrivateKey({ key: await openCosignKey(json, 'open sesame', 'test'), format: 'der', type: 'pkcs8' }));
  const document = JSON.parse(json.toString('utf8')) as Record<string, Record<string, unknown>>;
  const bad: readonly Record<string, unknown>[] = [
    { kdf: { ...document['kdf'], name: 'argon2' } },
    { kdf: { ...document['kdf'], params: { N: 2 ** 30, r: 8, p: 1 } } },
    { kdf: { ...document['kdf'], params: { N: 65_537, r: 8, p: 1 } } },
    { kdf: { ...document['kdf'], params: { N: 65_536, r: 1000, p: 1 } } },
    { kdf: { ...document['kdf'], params: {} } },
    { cipher: { ...document['cipher'], name: 'aes' } },
    { cipher: { ...document['cipher'], nonce: 'AAAA' } },
  ];
  for (const change of bad) {
    const changed = Buffer.from(JSON.stringify({ ...document, ...change }));
    await assert.rejects(
      openCosignKey(changed, 'open sesame', 'test'),
      { code: 'key-malformed' },
      JSON.stringify(change),
    );
  }
  await assert.rejects(parsePrivateKey(pem('ENCRYPTED SIGSTORE PRIVATE KEY', randomBytes(100)), secret, 'test'), {
    code: 'key-malformed',
  });
});

test('any text at all as a key is a typed error', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 300 }), async (text) => {
      assert.throws(() => parsePublicKey(text, 'noise'), { code: 'key-malformed' });
      const label = '-----BEGIN PRIVATE KEY-----\n';
      await assert.rejects(parsePrivateKey(label + text, unasked, 'noise'), { code: 'key-malformed' });
    }),
    { numRuns: 50 },
  );
});

/** A program that stands for a KMS: its key in a file beside it, openssl's `pkeyutl` for the work. */
async function program(name: string, lines: readonly string[]): Promise<string> {
  const path = join(scratch, name);
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(path, 0o755);
  return path;
}

test('an external signer: its public key, its signature over the bytes, or over the digest in the environment', async () => {
  const key = join(scratch, 'kms.pem');
  await writeFile(key, privateKey.export({ format: 'pem', type: 'pkcs8' }));
  await writeFile(join(scratch, 'kms.pub'), publicPem);
  const whole = await program('kms', [
    `case "$1" in`,
    `public-key) cat ${scratch}/kms.pub ;;`,
    `sign) openssl dgst -sha256 -sign ${key} | base64 -w0 ;;`,
    `*) exit 9 ;;`,
    `esac`,
  ]);
  const digests = await program('hsm', [
    `[ "$1" = --slot ] && [ "$2" = 4 ] || exit 8`,
    `case "$3" in`,
    `public-key) cat ${scratch}/kms.pub ;;`,
    `sign) cat > /dev/null`,
    `  "${process.execPath}" -e 'process.stdout.write(Buffer.from(process.argv[1], "hex"))' "\${HOLDFAST_SIGN_DIGEST#sha256:}" |`,
    `    openssl pkeyutl -sign -inkey ${key} -pkeyopt digest:sha256 | base64 -w0 ;;`,
    `esac`,
  ]);
  const bytes = Buffer.from('what is signed');
  for (const reference of [`exec:${whole}`, `exec:${digests} --slot 4`]) {
    const signer = await loadSigner(reference, unasked, signal);
    const bundle = parseBundle(await signMessage(bytes, { kind: 'key', signer }, signal), 'test');
    verifyBundle(bundle, signedBytes(bytes), { keys: [parsePublicKey(publicPem, 'test')], roots: [] });
  }
});

test('an external signer that fails, lies, says too much or nothing is refused', async () => {
  await writeFile(join(scratch, 'lie.pub'), publicPem);
  const show = `[ "$1" = public-key ] && exec cat ${scratch}/lie.pub`;
  const reasons: Readonly<Record<string, readonly string[]>> = {
    'that is not there': [],
    'that ends badly': ['exit 3'],
    'without a key': ['echo no key'],
    'that floods': ['yes'],
    'that signs nothing': [show, 'exit 0'],
    'that signs something else': [show, 'head -c 70 /dev/urandom | base64 -w0'],
    'that signs no base64': [show, 'echo "=== "'],
    'that fails to sign': [show, 'exit 1'],
  };
  for (const [reason, lines] of Object.entries(reasons)) {
    const path = lines.length === 0 ? join(scratch, 'absent') : await program(`liar-${lines.join('').length}`, lines);
    await assert.rejects(
      (async () => {
        const signer = await commandSigner(`exec:${path}`, signal);
        await signer.sign(Buffer.from('x'), signal);
      })(),
      (error: unknown) => error instanceof HoldfastError && ['signer-failed', 'key-malformed'].includes(error.code),
      reason,
    );
  }
  await assert.rejects(commandSigner('exec:', signal), { code: 'signer-failed' });
});

test('an external signer is left when nobody waits for it any more', async () => {
  const slow = await program('slow', ['sleep 60']);
  const controller = new AbortController();
  const waiting = commandSigner(`exec:${slow}`, controller.signal);
  controller.abort();
  await assert.rejects(waiting, { name: 'AbortError' });
});
