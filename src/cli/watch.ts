import type { Command } from 'commander';
import { defaultSocket } from '../containers/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { verdict } from '../verdict/index.ts';
import { type ProvenanceJudge, watch } from '../watch/index.ts';
import { many } from './evidence/pairs.ts';
import { interrupt } from './output/index.ts';
import {
  jsonLines,
  liveScreen,
  notifierOf,
  openStoreForWatching,
  provenanceChild,
  publicEvent,
  requirePolicies,
  type Screen,
  termsOf,
  textLines,
} from './running/index.ts';
import { type RegistryFlags, takesRegistryFlags } from './source.ts';
import { version } from './version.ts';

interface WatchOptions extends RegistryFlags {
  readonly policy?: readonly string[];
  readonly trustedRoot?: readonly string[];
  readonly containerd: string;
  readonly store?: string;
  readonly json?: true;
  readonly recheck?: string;
  readonly for?: string;
  readonly notify?: readonly string[];
  readonly countInterval?: string;
  readonly maxContainers?: string;
}

export function register(program: Command): void {
  takesRegistryFlags(program.command('watch'))
    .description(
      'Watches the containers of a containerd until Ctrl-C: which packages truly execute, what ran that the image does\n' +
        'not hold, and, with --policy, what its signed profile does not allow. Evidence is kept in the store; every other command can read it meanwhile.\n' +
        'Exit status: 0 nothing was found, 1 something was found, 3 could not watch.',
    )
    .option('--containerd <socket>', "containerd's socket", defaultSocket)
    .option('--store <dir>', 'where evidence is kept')
    .option(
      '--policy <file>',
      'TrustPolicies to judge running images by; may be repeated; read anew when they change',
      many,
    )
    .option('--trusted-root <file>', "for --policy: whom to believe; else Sigstore's public-good ones", many)
    .option('--recheck <seconds>', 'for --policy: how often what is attached to running images is looked at anew (300)')
    .option(
      '--notify <url|command>',
      'tell findings, verdict changes and lost coverage as CloudEvents (docs/watch.md); may be repeated',
      many,
    )
    .option('--for <seconds>', 'end after so many seconds')
    .option('--count-interval <seconds>', 'how often counts are read from the kernel (60)')
    .option('--max-containers <n>', 'how many containers are followed at once (1024); the others are unknown')
    .option('--json', 'one JSON object a line (docs/watch.md)')
    .addHelpText(
      'after',
      "\nExamples:\n  sudo holdfast watch\n  sudo holdfast watch --policy policy.yaml\n  sudo holdfast watch --notify https://alerts.example/holdfast --notify 'exec:/usr/local/bin/page'\n  sudo holdfast watch --json | jq 'select(.type == \"finding\")'",
    )
    .action(run);
}

function seconds(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isFinite(number) && number > 0 && number <= 31_536_000) return number;
  throw new HoldfastError('usage', `${option}: not a number of seconds: ${text}`);
}

function containers(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 4096) return Number(text);
  throw new HoldfastError('usage', `--max-containers is a number from 1 to 4096: ${text}`);
}

/** Policies that can't be read end it here, not at the first image. @throws HoldfastError as `loadPolicies` */
async function provenanceOf(options: WatchOptions, signal: AbortSignal): Promise<ProvenanceJudge | undefined> {
  const { policy, trustedRoot, plainHttp, registryCa, registryCert, registryKey } = options;
  if (policy === undefined) return undefined;
  await requirePolicies(policy, signal);
  const registry = [
    ...(plainHttp === true ? ['--plain-http'] : []),
    ...(registryCa === undefined ? [] : ['--registry-ca', registryCa]),
    ...(registryCert === undefined ? [] : ['--registry-cert', registryCert]),
    ...(registryKey === undefined ? [] : ['--registry-key', registryKey]),
  ];
  return provenanceChild({ policy, registry, ...(trustedRoot === undefined ? {} : { trustedRoot }) });
}

async function run(options: WatchOptions): Promise<void> {
  const duration = seconds(options.for, '--for');
  const maxContainers = containers(options.maxContainers);
  const countIntervalSeconds = seconds(options.countInterval, '--count-interval');
  const recheckSeconds = seconds(options.recheck, '--recheck');
  await using ledger = openStoreForWatching(options.store);
  using asked = interrupt();
  const ending =
    duration === undefined ? asked.signal : AbortSignal.any([asked.signal, AbortSignal.timeout(duration * 1000)]);
  const provenance = await provenanceOf(options, ending);
  // Schemas and policies come with it: not for an agent that judges no behaviour.
  const behaviour = provenance === undefined ? undefined : await import('../profile/index.ts');
  let found = false;
  const screen: Screen = options.json ? jsonLines() : process.stdout.isTTY ? liveScreen(process.stdout) : textLines();
  const notifier = await notifierOf(options.notify, ledger.host.id, (event) => screen.show(event));
  const lost = await watch({
    socket: options.containerd,
    ledger,
    version: version(),
    signal: ending,
    sensor: {
      ...(countIntervalSeconds === undefined ? {} : { countIntervalSeconds }),
      ...(maxContainers === undefined ? {} : { maxContainers }),
    },
    environment: process.env,
    ...(provenance === undefined ? {} : { provenance }),
    ...(behaviour === undefined ? {} : { behaviour }),
    ...(recheckSeconds === undefined ? {} : { recheckMillis: recheckSeconds * 1000 }),
    emit: (event) => {
      found ||= event.type === 'finding' && (event.term === 'identity' || event.session === null);
      screen.show(event);
      notifier?.tell(publicEvent(event));
    },
    conclude: (state) => {
      const { word, reasons } = verdict(termsOf(state));
      return { word, reasons: reasons.map(({ code, detail = null }) => ({ code, detail })) };
    },
  }).finally(() => notifier?.end());
  screen.end();
  if (lost > 0) throw new HoldfastError('ledger-io', `${lost} entries could not be written`);
  process.exitCode = found ? 1 : 0;
}
