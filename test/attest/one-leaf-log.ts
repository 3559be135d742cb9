import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { parseTrustedRoot, type TrustedRoot } from '../../src/attest/index.ts';

/** A log of one entry, made by hand: no promise, a proof of no hashes, a checkpoint that it signs. */
export interface OneLeafLog {
  readonly root: TrustedRoot;
  entry(body: object): Record<string, unknown>;
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** @param kind `ed25519` names itself as Rekor v2 does (C2SP signed-note key id), `ec` as v1 (sha256 of the SPKI) */
export function oneLeafLog(kind: 'ed25519' | 'ec', name = 'log.example.com', origin = name): OneLeafLog {
  const { publicKey, privateKey } = keyPair(kind);
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const id = kind === 'ec' ? sha256(spki) : sha256(Buffer.from(`${name}\n\u0001`), spki.subarray(-32));
  const root = parseTrustedRoot(
    Buffer.from(
      JSON.stringify({
        mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
        tlogs: [
          {
            baseUrl: `https://${name}`,
            publicKey: {
              rawBytes: spki.toString('base64'),
              keyDetails: kind === 'ec' ? 'PKIX_ECDSA_P256_SHA_256' : 'PKIX_ED25519',
              validFor: { start: '2020-01-01T00:00:00Z' },
            },
            logId: { keyId: id.toString('base64') },
          },
        ],
      }),
    ),
    'one leaf',
  );
  return {
    root,
    entry(body) {
      const bytes = Buffer.from(JSON.stringify(body));
      const rootHash = sha256(Uint8Array.of(0), bytes).toString('base64');
      const note = `${origin}\n1\n${rootHash}\n`;
      const signature = sign(kind === 'ec' ? 'sha256' : null, Buffer.from(note), privateKey);
      const line = Buffer.concat([id.subarray(0, 4), signature]).toString('base64');
      const { kind: entryKind, apiVersion } = body as { kind: string; apiVersion: string };
      return {
        logIndex: '0',
        logId: { keyId: id.toString('base64') },
        kindVersion: { kind: entryKind, version: apiVersion },
        inclusionProof: {
          logIndex: '0',
          rootHash,
          treeSize: '1',
          hashes: [],
          checkpoint: { envelope: `${note}\n\u2014 ${name} ${line}\n` },
        },
        canonicalizedBody: bytes.toString('base64'),
      };
    },
  };
}

function keyPair(kind: 'ed25519' | 'ec'): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return kind === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519');
}
