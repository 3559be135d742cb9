import { HoldfastError } from '../../errors/index.ts';
import { interrupt, progress } from '../output/index.ts';
import { Recordings, writeOut } from './recording.ts';
import { whileWatching } from './watching.ts';

export interface ContainersOptions {
  /** By id or name. */
  readonly container: readonly string[];
  readonly seconds?: number;
  readonly name?: string;
  readonly containerd: string;
  readonly output: string;
}

/** Containers that somebody else runs, until they have ended or the time is up. */
export async function recordContainers(options: ContainersOptions): Promise<void> {
  using asked = interrupt();
  using line = progress();
  const recordings = new Recordings();
  const run = options.name ?? new Date().toISOString();
  const ending = new AbortController();
  const limits = options.seconds === undefined ? [] : [AbortSignal.timeout(options.seconds * 1000)];
  const until = AbortSignal.any([asked.signal, ending.signal, ...limits]);
  // The watch itself goes on until what was asked for has been written.
  const stop = new AbortController();
  await whileWatching(
    {
      socket: options.containerd,
      signal: stop.signal,
      observe: ({ display, id, image, meta, ambiguous, since }, observation) => {
        const mine = options.container.some((one) => one === id || one === meta.name);
        if (image === undefined || ambiguous || !mine) return;
        recordings.expect(display, { run, replica: display, from: since });
        recordings.add(display, image, observation);
        line.at(recordings.state);
      },
      emit: (event) => {
        recordings.follow(event);
        if (recordings.ended >= options.container.length) ending.abort();
      },
    },
    async ({ ledger, signal }) => {
      process.stderr.write('holdfast: recording; what starts from now on is seen from its first program\n');
      await new Promise<void>((done, fail) => {
        if (until.aborted) done();
        until.addEventListener('abort', () => done(), { once: true });
        signal.addEventListener('abort', () => fail(signal.reason as Error), { once: true });
      });
      line.end();
      await writeOut(options.output, recordings.profile(ledger, new Date().toISOString()));
    },
  );
}

/** @throws HoldfastError `usage` */
export function secondsOf(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new HoldfastError('usage', `${option} takes seconds, a day at most`, { place: text });
}
