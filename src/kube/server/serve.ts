import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { HoldfastError } from '../../errors/index.ts';
import type { Ledger } from '../../ledger/index.ts';
import { type JudgeEvent, type JudgeOptions, openJudge, type PolicySet } from '../../policy/index.ts';
import { type AdmissionReason, type AdmitOptions, openSeenImages, type Route } from '../admission/index.ts';
import { type CertificateFiles, readCertificate } from './certificate.ts';
import { openHandler } from './handler.ts';
import { serverLimits } from './limits.ts';
import { Metrics } from './metrics.ts';
import { openRecorder } from './recorder.ts';
import { type ReloadEvent, reloadChanged, signatureOf } from './reload.ts';

export interface AdmissionServerOptions extends Pick<JudgeOptions, 'open' | 'platforms' | 'context' | 'times'> {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly certificate: CertificateFiles;
  /** Of `admissionFacts`, for writing; it stays open. */
  readonly ledger: Ledger;
  /** With the trusted roots: when one of them changes, all are loaded anew. */
  readonly policyFiles: readonly string[];
  /** Reads the policy files, and what they name, anew. */
  readonly loadPolicies: () => Promise<PolicySet>;
  readonly unpinned?: AdmitOptions['unpinned'];
  readonly cluster?: string;
  readonly deadlineMillis?: number;
  /** How often files are looked at, in milliseconds. */
  readonly reloadMillis?: number;
  readonly tell?: (event: ServerEvent) => void;
}

export type ServerEvent =
  | ReloadEvent
  | { readonly type: 'failed'; readonly error: unknown }
  | {
      readonly type: 'denied';
      readonly route: Route;
      readonly reason: AdmissionReason;
      readonly message: string;
      readonly id?: string;
    };

export interface AdmissionServer extends AsyncDisposable {
  readonly port: number;
}

/** Policies name key files that nobody stats. */
const policiesAnyway = 30_000;

/**
 * Serves the webhook until it is disposed of; then requests under way are answered and no new ones are taken.
 * @throws HoldfastError `tls-unusable`, `file-unreadable`, `listen-failed`, and as `loadPolicies`
 */
export async function serveAdmission(options: AdmissionServerOptions): Promise<AdmissionServer> {
  const { ledger, certificate, tell = () => undefined } = options;
  const closing = new AbortController();
  const seen = openSeenImages(ledger);
  const metrics = new Metrics();
  const observe = ({ type, outcome, seconds }: JudgeEvent): void => {
    metrics.observe(type === 'verified' ? 'holdfast_verifications' : 'holdfast_tag_resolutions', seconds, { outcome });
  };
  const certificateFiles = Object.values(certificate);
  const seenPolicies = await signatureOf(options.policyFiles);
  const seenCertificate = await signatureOf(certificateFiles);
  const judge = openJudge({
    policies: await options.loadPolicies(),
    open: options.open,
    seen: (name) => seen.of(name),
    observe,
    ...(options.platforms === undefined ? {} : { platforms: options.platforms }),
    ...(options.context === undefined ? {} : { context: options.context }),
    ...(options.times === undefined ? {} : { times: options.times }),
  });
  const recorder = openRecorder({
    ledger,
    seen,
    cluster: options.cluster ?? 'none',
    policies: () => judge.policies.digest,
  });
  const report = (error: unknown): void => {
    metrics.count('holdfast_admission_failures');
    tell({ type: 'failed', error });
  };
  const handler = openHandler({
    judge,
    recorder,
    report,
    metrics,
    denied: (route, { verdict: { reason, message }, id }) =>
      tell({ type: 'denied', route, reason, message, ...(id === undefined ? {} : { id }) }),
    unpinned: options.unpinned ?? 'deny',
    deadlineMillis: options.deadlineMillis ?? serverLimits.deadlineMillis,
    clientsProve: certificate.clientAuthority !== undefined,
    unready: () => [
      ...(judge.policies.policies.length === 0 ? ['no policy is loaded: nothing is admitted'] : []),
      ...(recorder.works ? [] : ['the store does not take entries']),
      ...(closing.signal.aborted ? ['it is ending'] : []),
    ],
  });
  metrics
    .counter('holdfast_admission_reviews', 'Reviews answered.')
    .histogram('holdfast_admission_seconds', 'From the first byte of a review to its answer.')
    .histogram('holdfast_verifications', 'Digests read and verified, in seconds.')
    .histogram('holdfast_tag_resolutions', 'Tags asked of a registry, in seconds.')
    .counter('holdfast_admission_failures', 'Entries that were not recorded, and faults of the webhook itself.')
    .counter('holdfast_admission_reloads', 'Files that changed and were read anew.')
    .gauge('holdfast_admission_busy', 'Reviews being answered.', handler.busy)
    .gauge('holdfast_judge_running', 'Images being verified.', () => judge.running)
    .gauge('holdfast_policies', 'Policies in force.', () => judge.policies.policies.length);
  const server = createServer(
    {
      ...(await readCertificate(certificate)),
      requestCert: certificate.clientAuthority !== undefined,
      rejectUnauthorized: false,
      handshakeTimeout: serverLimits.handshakeMillis,
      maxHeaderSize: serverLimits.headerBytes,
      headersTimeout: serverLimits.headersMillis,
      requestTimeout: serverLimits.requestMillis,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: serverLimits.keepAliveMillis,
    },
    handler.handle,
  );
  server.maxConnections = serverLimits.connections;
  // Also of those that never say a word.
  server.timeout = serverLimits.silenceMillis;
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, options.host, options.port);
  const reloading = reloadChanged(
    [
      {
        what: 'policy',
        files: options.policyFiles,
        seen: seenPolicies,
        reload: async () => {
          const policies = await options.loadPolicies();
          if (policies.digest !== judge.policies.digest) judge.replacePolicies(policies);
        },
        anyway: policiesAnyway,
      },
      {
        what: 'certificate',
        files: certificateFiles,
        seen: seenCertificate,
        reload: async () => server.setSecureContext(await readCertificate(certificate)),
      },
    ],
    options.reloadMillis ?? 2000,
    closing.signal,
    (event) => {
      metrics.count('holdfast_admission_reloads', { what: event.what, outcome: event.type });
      tell(event);
    },
  );
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await ended(server);
      await reloading;
      await judge[Symbol.asyncDispose]();
    },
  };
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, host, resolve);
  try {
    await promise;
  } catch (cause) {
    throw new HoldfastError('listen-failed', (cause as Error).message, { place: `${host}:${port}`, cause });
  }
  server.off('error', reject);
}

/** Idle connections end at once, busy ones after their answer, all of them in the end. */
async function ended(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const cut = setTimeout(() => server.closeAllConnections(), serverLimits.endMillis);
  await promise;
  clearInterval(idle);
  clearTimeout(cut);
}
