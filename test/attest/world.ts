import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  tsaHandler,
} from '@sigstore/mock';
import { parseTrustedRoot, type SigningServices, type TrustedRoot } from '../../src/attest/index.ts';
import { extendedCertificateLog } from './extended-ct-log.ts';

/** A Sigstore of one's own: certificate authority, certificate log, Rekor v1 and timestamp authority behind real HTTP. */
export interface World extends AsyncDisposable {
  readonly url: string;
  readonly services: SigningServices & { readonly fulcio: string };
  readonly root: TrustedRoot;
  /** The root as JSON, to be changed. */
  readonly rootDocument: RootDocument;
  /** Logs any body as it is, and gives the entry as bundles carry it. */
  log(body: object): Promise<Record<string, unknown>>;
  /** How many requests each path got. */
  readonly requests: Map<string, number>;
}

interface Validity {
  start?: string;
  end?: string;
}

interface LogDocument {
  baseUrl: string;
  publicKey: { rawBytes: string; keyDetails: string; validFor: Validity };
  logId: { keyId: string };
}

interface AuthorityDocument {
  uri: string;
  certChain: { certificates: { rawBytes: string }[] };
  validFor: Validity;
}

export interface RootDocument {
  mediaType: string;
  tlogs: LogDocument[];
  ctlogs: LogDocument[];
  certificateAuthorities: AuthorityDocument[];
  timestampAuthorities: AuthorityDocument[];
}

export interface WorldOptions {
  /** Fixed times at which each service believes to be. */
  readonly authorityClock?: Date;
  readonly logClock?: Date;
  readonly timestampClock?: Date;
  /** The certificate log's timestamps carry extensions: those it signed, or others. */
  readonly extendedCertificateLog?: 'honest' | 'lying';
  /** Bytes of a request beyond which the log answers 413. */
  readonly mostLogged?: number;
  /** Rewrites what a client asks the log to log, as a lying log might. */
  readonly logs?: (body: object) => object;
}

function spki(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' });
}

function base64(bytes: ArrayBufferView): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

interface Proposed {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: { readonly proposedContent?: { readonly envelope: string; readonly verifiers: readonly string[] } };
}

function hashed(bytes: string | Buffer): object {
  return { algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') };
}

/** What Rekor stores of a proposed `dsse` entry: hashes and signatures, not the envelope. */
function canonical(proposed: Proposed): object {
  const content = proposed.spec.proposedContent;
  if (proposed.kind !== 'dsse' || content === undefined) return proposed;
  const envelope = JSON.parse(content.envelope) as { payload: string; signatures: readonly { sig: string }[] };
  return {
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: hashed(content.envelope),
      payloadHash: hashed(Buffer.from(envelope.payload, 'base64')),
      signatures: envelope.signatures.map(({ sig }) => ({ signature: sig, verifier: content.verifiers[0] })),
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

interface LoggedEntry {
  readonly body: string;
  readonly integratedTime: number;
  readonly logID: string;
  readonly logIndex: number;
  readonly verification: {
    readonly signedEntryTimestamp: string;
    readonly inclusionProof: {
      readonly checkpoint: string;
      readonly hashes: readonly string[];
      readonly logIndex: number;
      readonly rootHash: string;
      readonly treeSize: number;
    };
  };
}

/** Rekor v1's answer in the shape of sigstore_rekor.proto. */
function entryOf(answer: object): Record<string, unknown> {
  const [logged] = Object.values(answer) as LoggedEntry[];
  if (logged === undefined) throw new Error('nothing was logged');
  const { kind, apiVersion } = JSON.parse(Buffer.from(logged.body, 'base64').toString('utf8')) as Proposed;
  const { inclusionProof: proof, signedEntryTimestamp } = logged.verification;
  return {
    logIndex: String(logged.logIndex),
    logId: { keyId: Buffer.from(logged.logID, 'hex').toString('base64') },
    kindVersion: { kind, version: apiVersion },
    integratedTime: String(logged.integratedTime),
    inclusionPromise: { signedEntryTimestamp },
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: Buffer.from(proof.rootHash, 'hex').toString('base64'),
      treeSize: String(proof.treeSize),
      hashes: proof.hashes.map((hash) => Buffer.from(hash, 'hex').toString('base64')),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: logged.body,
  };
}

export async function newWorld(options: WorldOptions = {}): Promise<World> {
  const requests = new Map<string, number>();
  type Answer = { readonly statusCode: number; readonly response: string | Buffer; readonly contentType?: string };
  const handlers = new Map<string, (body: string) => Promise<Answer>>();
  const server: Server = createServer((request, response) => {
    void (async () => {
      const path = request.url ?? '';
      requests.set(path, (requests.get(path) ?? 0) + 1);
      const handler = handlers.get(path);
      const body = await bodyOf(request);
      const answer: Answer =
        handler === undefined ? { statusCode: 404, response: 'no such path' } : await handler(body);
      response
        .writeHead(answer.statusCode, { 'content-type': answer.contentType ?? 'text/plain' })
        .end(answer.response);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { authority: pair(), log: pair(), certificateLog: pair(), timestamp: pair() };
  const extended = options.extendedCertificateLog;
  const ctLog =
    extended === undefined
      ? await initializeCTLog(keys.certificateLog, options.authorityClock)
      : extendedCertificateLog(keys.certificateLog.publicKey, keys.certificateLog.privateKey, {
          lie: extended === 'lying',
        });
  const ca = await initializeCA(keys.authority, ctLog, options.authorityClock);
  const tlog = await initializeTLog(url, keys.log, options.logClock);
  const tsa = await initializeTSA(keys.timestamp, options.timestampClock);
  const fulcio = fulcioHandler(ca);
  handlers.set(fulcio.path, (body) => fulcio.fn(body) as Promise<Answer>);
  const stamp = tsaHandler(tsa);
  handlers.set(stamp.path, (body) => stamp.fn(body) as Promise<Answer>);
  handlers.set('/api/v1/log/entries', async (body) => {
    if (body.length > (options.mostLogged ?? Number.POSITIVE_INFINITY))
      return { statusCode: 413, response: 'too large' };
    const entry = canonical(JSON.parse(body) as Proposed);
    const answer = await tlog.log(options.logs?.(entry) ?? entry);
    return { statusCode: 201, response: JSON.stringify(answer), contentType: 'application/json' };
  });
  const logDocument = (key: KeyObject): LogDocument => ({
    baseUrl: url,
    publicKey: {
      rawBytes: spki(key).toString('base64'),
      keyDetails: 'PKIX_ECDSA_P256_SHA_256',
      validFor: { start: '2020-01-01T00:00:00Z' },
    },
    logId: { keyId: createHash('sha256').update(spki(key)).digest('base64') },
  });
  const authority = (...certificates: readonly ArrayBufferView[]): AuthorityDocument => ({
    uri: url,
    certChain: { certificates: certificates.map((der) => ({ rawBytes: base64(der) })) },
    validFor: { start: '2020-01-01T00:00:00Z' },
  });
  const rootDocument: RootDocument = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logDocument(keys.log.publicKey)],
    ctlogs: [logDocument(keys.certificateLog.publicKey)],
    certificateAuthorities: [authority(ca.rootCertificate)],
    timestampAuthorities: [authority(tsa.intCertificate, tsa.rootCertificate)],
  };
  return {
    url,
    services: { fulcio: url, logs: [{ url, version: 1 }], timestampAuthorities: [url] },
    root: rootFrom(rootDocument),
    rootDocument,
    requests,
    log: async (body) => entryOf(await tlog.log(body)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export function rootFrom(document: RootDocument): TrustedRoot {
  return parseTrustedRoot(Buffer.from(JSON.stringify(document)), 'test root');
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A token as the mock authority reads it: it trusts whatever it says. */
export function tokenFor(subject: string, issuer = 'https://issuer.example.com'): string {
  return `${part({ alg: 'none' })}.${part({ sub: subject, iss: issuer, aud: 'sigstore' })}.`;
}
