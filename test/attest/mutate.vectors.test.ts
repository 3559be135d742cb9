import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Bundle,
  parseBundle,
  parsePublicKey,
  parseStatement,
  parseTrustedRoot,
  publicGoodRoot,
  signedBytes,
  type Trust,
  verifyBundle,
} from '../../src/attest/index.ts';
import { HoldfastError } from '../../src/errors/index.ts';

const folder = join(
  process.env['HOLDFAST_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors'),
  'sigstore-bundles',
);
const artifact = signedBytes(readFileSync(join(folder, 'a.txt')));

interface Good {
  readonly name: string;
  readonly bytes: Buffer;
  readonly trust: Trust;
}

function good(name: string): Good {
  const read = (file: string): Buffer => readFileSync(join(folder, name, file));
  const keys = name.startsWith('managed-key') ? [parsePublicKey(read('key.pub').toString('utf8'), name)] : [];
  const root = name.startsWith('rekor2') ? parseTrustedRoot(read('trusted_root.json'), name) : publicGoodRoot();
  return { name, bytes: read('bundle.sigstore.json'), trust: { keys, roots: [root] } };
}

const cases = [
  'happy-path-v0.1',
  'happy-path-v0.2',
  'happy-path-v0.3',
  'happy-path-intoto-in-dsse-v3',
  'managed-key-happy-path',
  'rekor2-happy-path',
].map(good);

function verify(bundle: Bundle, { trust }: Good): void {
  verifyBundle(bundle, artifact, trust);
  if (bundle.content.kind === 'dsse') parseStatement(bundle.content.payload, 'payload');
}

/** Every piece of bytes that a signature, a hash or a comparison must guard, to be written to. */
function guarded(bundle: Bundle): Readonly<Record<string, Buffer>> {
  const entry = bundle.logEntries[0];
  const { content, material } = bundle;
  return {
    signature: content.signature,
    ...(content.kind === 'dsse' ? { payload: content.payload } : {}),
    ...(content.kind === 'message' && content.digest !== undefined ? { digest: content.digest.bytes } : {}),
    ...(material.kind === 'certificate' ? { certificate: material.leaf } : {}),
    ...(entry === undefined ? {} : { body: entry.body, log: entry.log }),
    ...(entry?.promise === undefined ? {} : { promise: entry.promise }),
    ...(entry?.proof === undefined ? {} : { root: entry.proof.root, hashes: Buffer.concat(entry.proof.hashes) }),
  };
}

/** The bundle with one byte of one piece changed; `hashes` counts through all of the proof's. */
function flipped(bytes: Buffer, piece: string, at: number, mask: number): Bundle {
  const bundle = parseBundle(bytes, 'flipped');
  const hashes = bundle.logEntries[0]?.proof?.hashes ?? [];
  const target = piece === 'hashes' ? hashes[Math.floor(at / 32)] : guarded(bundle)[piece];
  const place = piece === 'hashes' ? at % 32 : at;
  assert.ok(target !== undefined && place < target.length);
  target[place] = (target[place] ?? 0) ^ mask;
  return bundle;
}

function refusedTyped(action: () => void, what: string): void {
  assert.throws(
    action,
    (error: unknown) => error instanceof HoldfastError && error.exit === 1,
    `accepted, or failed without a code: ${what}`,
  );
}

for (const one of cases) {
  const pieces = Object.entries(guarded(parseBundle(one.bytes, one.name)));

  test(`${one.name} itself verifies`, () => verify(parseBundle(one.bytes, one.name), one));

  for (const [piece, { length }] of pieces) {
    test(`${one.name}: no flipped byte of its ${piece} verifies`, () => {
      fc.assert(
        fc.property(fc.nat(length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
          refusedTyped(() => verify(flipped(one.bytes, piece, at, mask), one), `${piece}[${at}] ^ ${mask}`);
        }),
        // A byte in the key usage, which the library reads late and with an error of its own.
        { numRuns: 60, examples: piece === 'certificate' ? [[249, 1]] : [] },
      );
    });
  }

  test(`${one.name}: no flipped byte of the log's checkpoint or of a count verifies`, () => {
    const entry = parseBundle(one.bytes, one.name).logEntries[0];
    const proof = entry?.proof;
    assert.ok(entry !== undefined && proof !== undefined);
    const changed = (change: Partial<typeof entry>): Bundle => ({
      ...parseBundle(one.bytes, one.name),
      logEntries: [{ ...entry, ...change }],
    });
    fc.assert(
      fc.property(fc.nat(proof.checkpoint.length - 1), fc.integer({ min: 1, max: 127 }), (at, mask) => {
        const mark = String.fromCharCode(proof.checkpoint.charCodeAt(at) ^ mask);
        const checkpoint = `${proof.checkpoint.slice(0, at)}${mark}${proof.checkpoint.slice(at + 1)}`;
        refusedTyped(() => verify(changed({ proof: { ...proof, checkpoint } }), one), `checkpoint[${at}]`);
      }),
      { numRuns: 100 },
    );
    refusedTyped(() => verify(changed({ proof: { ...proof, index: proof.index ^ 1n } }), one), 'proof index');
    refusedTyped(() => verify(changed({ proof: { ...proof, size: proof.size + 1n } }), one), 'tree size');
    refusedTyped(() => verify(changed({ proof: { ...proof, hashes: proof.hashes.slice(1) } }), one), 'hash missing');
    const more = { ...proof, hashes: [...proof.hashes, Buffer.alloc(32)] };
    refusedTyped(() => verify(changed({ proof: more }), one), 'hash left over');
    if (entry.promise === undefined) return;
    refusedTyped(() => verify(changed({ index: entry.index + 1n }), one), 'log index');
    refusedTyped(() => verify(changed({ integratedTime: entry.integratedTime + 1n }), one), 'integrated time');
  });

  test(`${one.name}: cut anywhere, it is a typed error`, () => {
    fc.assert(
      fc.property(fc.nat(one.bytes.toString('utf8').trimEnd().length - 2), (length) => {
        assert.throws(() => parseBundle(one.bytes.subarray(0, length), 'cut'), { code: 'bundle-malformed' });
      }),
      { numRuns: 60 },
    );
  });

  test(`${one.name}: a byte changed anywhere in the file is a typed refusal, or changes nothing that matters`, () => {
    const { party } = verifyBundle(parseBundle(one.bytes, one.name), artifact, one.trust);
    fc.assert(
      fc.property(fc.nat(one.bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bytes = Buffer.from(one.bytes);
        bytes[at] = (bytes[at] ?? 0) ^ mask;
        try {
          const after = verifyBundle(parseBundle(bytes, 'changed'), artifact, one.trust);
          // White space may change, or a part of a timestamp that nobody signs; never who signed.
          assert.deepEqual(after.party, party);
        } catch (error) {
          assert.ok(error instanceof HoldfastError, String(error));
        }
      }),
      { numRuns: 150 },
    );
  });
}

test('any bytes at all are a typed error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.throws(() => parseBundle(bytes, 'noise'), { code: 'bundle-malformed' });
      assert.throws(() => parseTrustedRoot(bytes, 'noise'), { code: 'trusted-root-malformed' });
      assert.throws(() => parseStatement(bytes, 'noise'), { code: 'statement-malformed' });
    }),
  );
});

test('any JSON at all is a typed error', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const bytes = Buffer.from(text);
      assert.throws(() => parseBundle(bytes, 'noise'), { code: 'bundle-malformed' });
      assert.throws(() => parseTrustedRoot(bytes, 'noise'), { code: 'trusted-root-malformed' });
      assert.throws(() => parseStatement(bytes, 'noise'), { code: 'statement-malformed' });
    }),
  );
});
