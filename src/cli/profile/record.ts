import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { defaultSocket } from '../../containers/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import { generalise, Recorder, recordingOf, type Session, writeProfile } from '../../profile/index.ts';
import { storedTree, type WatchEvent, watch } from '../../watch/index.ts';
import { many } from '../evidence/pairs.ts';
import { interrupt, progress, write } from '../output/index.ts';
import { openStoreForWatching } from '../running/index.ts';
import { version } from '../version.ts';

interface RecordOptions {
  readonly container: readonly string[];
  readonly for?: string;
  readonly run?: string;
  readonly containerd: string;
  readonly output: string;
}

export function registerRecord(parent: Command): void {
  parent
    .command('record')
    .description(
      'Records what containers of one image do, while their tests exercise them, and writes it as a profile. Start it before\n' +
        'the containers do, so that nothing of theirs is missed; containers of one call are replicas of one run. Several runs\n' +
        'are merged by `profile merge`. Ends with Ctrl-C, after --for, or when all of them have ended.\n' +
        'Exit status: 0 it was written, 2 usage, 3 it could not be recorded.',
    )
    .requiredOption('--container <id>', 'a container, by id or name, running or yet to come; may be repeated', many)
    .requiredOption('-o, --output <file>', 'where to write the profile')
    .option('--for <seconds>', 'end after so many seconds')
    .option('--run <name>', 'what this run is called (default: its time)')
    .option('--containerd <socket>', "containerd's socket", defaultSocket)
    .addHelpText(
      'after',
      '\nExample:\n  sudo holdfast profile record --container web -o web.profile.json &\n  ctr run registry.example/team/web:1.2 web    and its tests',
    )
    .action(record);
}

/** What is recorded of one container. */
interface Recorded {
  readonly recorder: Recorder;
  readonly image: Digest;
  ended: boolean;
}

async function record(options: RecordOptions): Promise<void> {
  const seconds = options.for === undefined ? undefined : Number(options.for);
  if (seconds !== undefined && !(seconds > 0 && seconds <= 86_400))
    throw new HoldfastError('usage', '--for takes seconds, a day at most', { place: options.for ?? '' });
  const store = await mkdtemp(join(tmpdir(), 'holdfast-record-'));
  try {
    await recordInto(store, options, seconds);
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}

async function recordInto(store: string, options: RecordOptions, seconds: number | undefined): Promise<void> {
  using asked = interrupt();
  using line = progress();
  await using ledger = openStoreForWatching(store);
  const ending = new AbortController();
  const limits = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)];
  const from = new Date().toISOString();
  const run = options.run ?? from;
  const recorded = new Map<string, Recorded>();
  const notShown = new Set<string>();
  let count = 0;
  await watch({
    socket: options.containerd,
    ledger,
    version: version(),
    signal: AbortSignal.any([asked.signal, ending.signal, ...limits]),
    environment: process.env,
    observe: (container, observation) => {
      const { display, id, image, meta } = container;
      if (
        image === undefined ||
        container.ambiguous ||
        !options.container.some((one) => one === id || one === meta.name)
      )
        return;
      let mine = recorded.get(display);
      if (mine === undefined) {
        mine = { recorder: new Recorder({ run, replica: display, from: container.since }), image, ended: false };
        recorded.set(display, mine);
      }
      mine.recorder.add(observation);
      line.at(`${++count} things seen of ${recorded.size} containers`);
    },
    conclude: () => ({ word: 'unknown' }),
    emit: (event) => {
      follow(event, recorded, notShown);
      if (recorded.size === options.container.length && [...recorded.values()].every((one) => one.ended))
        ending.abort();
    },
  });
  line.end();
  const to = new Date().toISOString();
  await writeOut(options.output, ledger, [...recorded.values()], (one) => one.recorder.session(to, [...notShown]));
}

/** Gaps become the recording's own: what was not seen is not claimed. */
function follow(event: WatchEvent, recorded: ReadonlyMap<string, Recorded>, notShown: Set<string>): void {
  if (event.type === 'container' && event.state === 'ended') {
    const mine = recorded.get(event.container);
    if (mine !== undefined) mine.ended = true;
  }
  if (event.type === 'notice' && event.code === 'watching')
    process.stderr.write('holdfast: recording; what starts from now on is seen from its first program\n');
  if (event.type !== 'coverage' || event.repaired) return;
  if (event.cause === 'sensor-lacks') notShown.add(event.detail.slice(0, 100));
  const touched = event.container === null ? [...recorded.values()] : [recorded.get(event.container)];
  for (const one of touched) one?.recorder.gap({ cause: event.cause, count: event.count ?? null });
}

async function writeOut(
  output: string,
  ledger: Parameters<typeof storedTree>[0],
  all: readonly Recorded[],
  sessionOf: (one: Recorded) => Session,
): Promise<void> {
  const [first] = all;
  if (first === undefined) throw new HoldfastError('not-found', 'none of these containers was seen to do anything');
  if (all.some(({ image }) => image !== first.image))
    throw new HoldfastError('usage', 'the containers are of several images: record each by itself');
  const { links, directories } = storedTree(ledger, first.image);
  const recording = recordingOf(first.image, all.map(sessionOf));
  const profile = generalise(recording, { links, isImageDirectory: (path) => directories.has(path) });
  const bytes = writeProfile(profile);
  await writeFile(output, bytes);
  const { processes, files, outbound, inbound } = profile;
  await write(
    `${output}: ${bytes.length} bytes; ${processes.length} programs, ${files.length} files, ${outbound.length} peers, ${inbound.length} ports\n`,
  );
}
