import type { Command } from 'commander';
import { HoldfastError } from '../errors/index.ts';
import { type AdmissionServerOptions, admissionFacts, serveAdmission } from '../kube/index.ts';
import { openLedger, storeDirectory } from '../ledger/index.ts';
import { openRepository, parsePlatform } from '../oci/index.ts';
import { loadPolicies, policySet } from '../policy/index.ts';
import { many } from './evidence/pairs.ts';
import { rootsOf } from './evidence/policy.ts';
import { failureOf, interrupt, printable, write, writeJsonLine } from './output/index.ts';
import { type RegistryFlags, registryOptions, takesRegistryFlags } from './source.ts';

interface AdmissionOptions extends RegistryFlags {
  readonly policy: readonly string[];
  readonly listen: string;
  readonly tlsCert: string;
  readonly tlsKey: string;
  readonly clientCa?: string;
  readonly store?: string;
  readonly deadline?: number;
  readonly trustedRoot?: readonly string[];
  readonly platform?: readonly string[];
  readonly unpinned?: string;
  readonly cluster?: string;
  readonly json?: true;
}

function usage(message: string): HoldfastError {
  return new HoldfastError('usage', message);
}

function deadline(text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) >= 100 && Number(text) <= 29_000) return Number(text);
  throw usage('--deadline is not a number of milliseconds from 100 to 29000');
}

export function register(program: Command): void {
  const command = program
    .command('admission')
    .description(
      'The admission webhook: answers a Kubernetes API server whether an object may be stored, by policies, and pins the\n' +
        'images of pods to digests. Runs until SIGTERM; certificate and policies are read anew when their files change.',
    )
    .requiredOption('--policy <file>', 'TrustPolicies; may be given several times', many)
    .requiredOption('--listen <host:port>', 'where to listen; port 0 is any that is free')
    .requiredOption('--tls-cert <file>', 'certificate (PEM), with its chain')
    .requiredOption('--tls-key <file>', 'its private key (PEM)')
    .option('--client-ca <file>', 'only answer clients with a certificate of this authority (PEM)')
    .option('--store <dir>', 'where every decision is kept; one process at a time writes there')
    .option('--deadline <ms>', 'the longest an answer may take (8000; always less than the API server waits)', deadline)
    .option('--trusted-root <file>', "authorities and logs to believe; else Sigstore's public-good ones", many)
    .option('--platform <os/arch>', 'what the nodes run; without it every image of an index is judged', many)
    .option('--unpinned <deny|warn>', 'what to do with a pod whose image is still named by tag (deny)')
    .option('--cluster <uid>', 'UID of namespace kube-system, for the record')
    .option('--json', 'one JSON object a line for what happens');
  takesRegistryFlags(command)
    .addHelpText(
      'after',
      '\nPaths: /validate, /mutate, /healthz, /readyz, /metrics. Manifests: deploy/admission. More: docs/admission.md\n' +
        '\nExample:\n  holdfast admission --policy policy.yaml --listen 0.0.0.0:8443 --tls-cert tls.crt --tls-key tls.key',
    )
    .action(run);
}

function addressOf(listen: string): { readonly host: string; readonly port: number } {
  const match = /^(\[[0-9a-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$/.exec(listen);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || !(port <= 65_535)) throw usage('--listen is not HOST:PORT');
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function unpinnedOf(text: string | undefined): 'deny' | 'warn' {
  if (text === undefined || text === 'deny') return 'deny';
  if (text === 'warn') return 'warn';
  throw usage('--unpinned is deny or warn');
}

async function run(options: AdmissionOptions): Promise<void> {
  const { host, port } = addressOf(options.listen);
  const platforms = options.platform?.map(parsePlatform);
  const registry = await registryOptions(options);
  const say = async (type: string, fields: Readonly<Record<string, unknown>>, text: string): Promise<void> => {
    await (options.json ? writeJsonLine({ type, time: new Date().toISOString(), ...fields }) : write(`${text}\n`));
  };
  const tell: NonNullable<AdmissionServerOptions['tell']> = (event) => {
    if (event.type === 'reloaded') return void say('reloaded', { what: event.what }, `${event.what}: read anew`);
    if (event.type === 'denied') {
      const { type, ...fields } = event;
      return void say(type, fields, printable(`${type} (${fields.route}, ${fields.reason}): ${fields.message}`));
    }
    const { code, message, place } = failureOf(event.error);
    const what = event.type === 'kept' ? `${event.what}: the old one stays: ` : '';
    const named = event.type === 'kept' ? { what: event.what } : {};
    void say(
      event.type,
      { ...named, code, message, place },
      printable(`${what}${code}: ${message}${place ? ` (${place})` : ''}`),
    );
  };
  using asked = interrupt();
  await using ledger = openLedger({
    mode: 'write',
    directory: storeDirectory(options.store, process.env, process.getuid?.() ?? -1),
    factSets: [admissionFacts],
    component: 'admission',
    // Appends that come while one is written are written together all the same.
    lingerMilliseconds: 0,
  });
  await using server = await serveAdmission({
    host,
    port,
    certificate: {
      certificate: options.tlsCert,
      key: options.tlsKey,
      ...(options.clientCa === undefined ? {} : { clientAuthority: options.clientCa }),
    },
    ledger,
    policyFiles: [...options.policy, ...(options.trustedRoot ?? [])],
    loadPolicies: async () => {
      const loaded = await loadPolicies(options.policy, AbortSignal.timeout(30_000));
      return policySet(loaded.policies, await rootsOf(options.trustedRoot));
    },
    open: async (image, signal) => await openRepository({ kind: 'registry', ...image }, { ...registry, signal }),
    unpinned: unpinnedOf(options.unpinned),
    tell,
    ...(platforms === undefined ? {} : { platforms }),
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    ...(options.deadline === undefined ? {} : { deadlineMillis: options.deadline }),
  });
  const address = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
  await say('listening', { address }, `listening on ${address}`);
  await untilAborted(asked.signal);
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
