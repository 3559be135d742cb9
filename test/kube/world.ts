import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attest, newStatement, predicateTypes, type SigningParty } from '../../src/attest/index.ts';
import {
  type AdmissionServer,
  type AdmissionServerOptions,
  admissionFacts,
  serveAdmission,
} from '../../src/kube/index.ts';
import { type Ledger, openLedger } from '../../src/ledger/index.ts';
import { type Descriptor, hexOf, openRepository } from '../../src/oci/index.ts';
import { loadPolicies, policySet } from '../../src/policy/index.ts';
import { buildImage, type TestImage } from '../support/image.ts';
import { file } from '../support/read-image.ts';
import { type TestAuthority, testAuthority } from '../support/registry/certificates.ts';
import { openAt, soon } from '../support/registry/open.ts';
import { type TestRegistry, testRegistry } from '../support/registry/server.ts';
import type { RegistrySwitches } from '../support/registry/switches.ts';
import { pushImage } from '../support/repository.ts';

/** A key, and who signs with it. */
export function newKey(): { readonly pem: string; readonly party: SigningParty & { readonly kind: 'key' } } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = { publicKey, sign: async (data: Uint8Array) => sign('sha256', data, privateKey) };
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), party: { kind: 'key', signer } };
}

export function policyText(pem: string, spec: object = {}, name = 'signed'): string {
  return JSON.stringify({
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'TrustPolicy',
    metadata: { name },
    spec: { images: ['**'], authorities: [{ name: 'release', keys: [{ pem }] }], signature: {}, ...spec },
  });
}

export interface Reply {
  readonly status: number;
  readonly text: string;
}

/** What an API server makes of an answer; a test that gets another shape fails here. */
export interface ReviewAnswer {
  readonly uid: string;
  readonly allowed: boolean;
  readonly status?: {
    readonly code: number;
    readonly message: string;
    readonly details?: { readonly retryAfterSeconds: number };
  };
  readonly warnings?: readonly string[];
  readonly auditAnnotations?: Readonly<Record<string, string>>;
  readonly patchType?: string;
  readonly patch?: string;
}

export function answerIn(text: string, version = 'admission.k8s.io/v1'): ReviewAnswer {
  const review = JSON.parse(text) as Record<string, unknown>;
  if (review['kind'] !== 'AdmissionReview' || review['apiVersion'] !== version) throw new Error(`no review: ${text}`);
  const response = review['response'] as ReviewAnswer;
  if (typeof response.uid !== 'string' || typeof response.allowed !== 'boolean')
    throw new Error(`no response: ${text}`);
  return response;
}

export function patchOf({ patchType, patch }: ReviewAnswer): unknown {
  if (patch === undefined) return undefined;
  if (patchType !== 'JSONPatch') throw new Error(`patchType ${patchType}`);
  return JSON.parse(Buffer.from(patch, 'base64').toString());
}

export const deploymentKind = { group: 'apps', version: 'v1', kind: 'Deployment' };
export const podKind = { group: '', version: 'v1', kind: 'Pod' };

export function podSpec(...images: readonly string[]): Record<string, unknown> {
  return { containers: images.map((image, at) => ({ name: `c${at}`, image })) };
}

export function podOf(...images: readonly string[]): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'apps' }, spec: podSpec(...images) };
}

export function deploymentOf(...images: readonly string[]): Record<string, unknown> {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd', namespace: 'apps' },
    spec: { template: { spec: podSpec(...images) } },
  };
}

export function reviewOf(
  object: unknown,
  more: Readonly<Record<string, unknown>> = {},
  kind: object = podKind,
): object {
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid: randomUUID(),
      kind,
      resource: { group: '', version: 'v1', resource: 'pods' },
      namespace: 'apps',
      operation: 'CREATE',
      userInfo: { username: 'tester' },
      object,
      oldObject: null,
      dryRun: false,
      ...more,
    },
  };
}

export const image: TestImage = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });

export interface WorldOptions
  extends Partial<Omit<AdmissionServerOptions, 'host' | 'port' | 'ledger' | 'policyFiles' | 'loadPolicies'>> {
  readonly switches?: RegistrySwitches;
  /** Of the one policy. */
  readonly spec?: object;
  /** Instead of the ledger, to fail. */
  readonly ledger?: (ledger: Ledger) => Ledger;
  readonly clientAuthority?: boolean;
}

/** A webhook over TLS on loopback, with a registry, a store and a key that the policy trusts. */
export interface World extends AsyncDisposable {
  readonly scratch: string;
  readonly authority: TestAuthority;
  readonly registry: TestRegistry;
  readonly ledger: Ledger;
  readonly server: AdmissionServer;
  readonly policyFile: string;
  readonly pem: string;
  readonly party: SigningParty & { readonly kind: 'key' };
  /** `HOST/REPO` of what `push` pushes. */
  readonly name: string;
  readonly events: string[];
  push(tag: string, what?: TestImage, signs?: boolean): Promise<Descriptor>;
  post(path: string, body: string | Uint8Array | object, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  get(path: string): Promise<Reply>;
  ask(path: string, body: object): Promise<ReviewAnswer>;
  readonly agent: Agent;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const { switches, spec, ledger: wrap = (one: Ledger) => one, clientAuthority, ...rest } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-admission-'));
  const authority = testAuthority(scratch, 'webhook');
  const issued = authority.issue('localhost', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  const files = { certificate: join(scratch, 'tls.crt'), key: join(scratch, 'tls.key') };
  writeFileSync(files.certificate, issued.cert);
  writeFileSync(files.key, issued.key);
  const clientFile = join(scratch, 'webhook-ca.crt');
  const { pem, party } = newKey();
  const policyFile = join(scratch, 'policy.json');
  writeFileSync(policyFile, policyText(pem, spec));
  const registry = await testRegistry(switches);
  const ledger = openLedger({
    mode: 'write',
    directory: join(scratch, 'store'),
    component: 'admission',
    factSets: [admissionFacts],
    lingerMilliseconds: 0,
  });
  const events: string[] = [];
  const server = await serveAdmission({
    host: '127.0.0.1',
    port: 0,
    certificate: { ...files, ...(clientAuthority === true ? { clientAuthority: clientFile } : {}) },
    ledger: wrap(ledger),
    policyFiles: [policyFile],
    loadPolicies: async () => policySet((await loadPolicies([policyFile], AbortSignal.timeout(10_000))).policies, []),
    open: async (asked, signal) =>
      await openRepository(
        { kind: 'registry', ...asked },
        { credentials: { kind: 'anonymous' }, registryLimits: soon, signal },
      ),
    reloadMillis: 50,
    tell: (event) => {
      if (event.type === 'failed') events.push(`failed ${String(event.error)}`);
      else events.push(event.type === 'denied' ? `denied ${event.reason}` : `${event.type} ${event.what}`);
    },
    ...rest,
  });
  const name = `${registry.host}/apps/app`;
  const agent = new Agent({ keepAlive: true, ca: authority.cert });
  const send = (
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ) =>
    new Promise<Reply>((resolve, reject) => {
      const asked = request(
        { host: '127.0.0.1', port: server.port, servername: 'localhost', agent, method, path, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
          );
          response.on('error', reject);
        },
      );
      asked.on('error', reject);
      asked.end(body);
    });
  const post: World['post'] = async (path, body, headers = {}) => {
    const bytes = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    return await send('POST', path, bytes, { 'content-type': 'application/json', ...headers });
  };
  return {
    scratch,
    authority,
    registry,
    ledger,
    server,
    policyFile,
    pem,
    party,
    name,
    events,
    agent,
    async push(tag, what = image, signs = true) {
      await using repository = await openAt(registry.host, {}, 'apps/app');
      const { signal } = new AbortController();
      const { digest } = await pushImage(repository, what, tag, signal);
      const pushed = await repository.resolve(digest, signal);
      if (signs) {
        const subjects = [{ digest: { sha256: hexOf(digest) } }] as const;
        const statement = newStatement({ subjects, predicateType: predicateTypes.sign, predicate: {} });
        await attest(repository, pushed, statement, party, signal);
      }
      return pushed;
    },
    post,
    get: (path) => send('GET', path),
    async ask(path, body) {
      const { status, text } = await post(path, body);
      if (status !== 200) throw new Error(`${status}: ${text}`);
      return answerIn(text);
    },
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await server[Symbol.asyncDispose]();
      await registry[Symbol.asyncDispose]();
      await ledger.close();
      rmSync(scratch, { recursive: true });
    },
  };
}
