import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { HoldfastError } from '../errors/index.ts';
import { FrameDecoder } from './decode.ts';
import type { SensorEvent } from './events.ts';
import { protocol } from './layout.ts';

/** A heartbeat comes each second; so long without a byte means the sensor hangs. */
const silentAfterMillis = 8000;
/** What is kept of its stderr, for the message when it dies. */
const stderrMax = 2048;
/** Its exit code when another sensor watches this host (sensor/main.c). */
const notAloneCode = 4;
/** How long it may take to end on SIGTERM. */
const endMillis = 2000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** How one run of the sensor ended, when it was not by our signal. */
export interface RunEnd {
  readonly why: string;
  /** It found another sensor on this host and left. */
  readonly notAlone: boolean;
}

/**
 * One life of the sensor process: yields events in batches, one per read of its pipe. Reading no further is the back
 * pressure: the sensor then counts what it must refuse. Returns when the sensor ended, hung, or the signal fired.
 *
 * @throws HoldfastError `sensor-protocol`
 */
export async function* runOnce(
  binary: string,
  args: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly SensorEvent[], RunEnd, undefined> {
  const child: Child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const errors = keepTail(child.stderr);
  const failure: { error?: Error } = {};
  child.on('error', (error) => {
    failure.error = error;
  });
  // A dying sensor closes our end of its stdin; that is no news.
  child.stdin.on('error', () => undefined);
  const stop = (): void => {
    child.kill('SIGTERM');
    setTimeout(() => {
      child.kill('SIGKILL');
      child.stdout.destroy();
    }, endMillis).unref();
  };
  signal.addEventListener('abort', stop, { once: true });
  // Its exit, not its pipes' closing: whatever it may have started could hold those open.
  const exited = once(child, 'exit').catch(() => undefined);
  const decoder = new FrameDecoder();
  let silent = false;
  const silence = new Silence(() => {
    silent = true;
    child.stdout.destroy();
  });
  let why = '';
  try {
    if (signal.aborted) stop();
    const chunks: AsyncIterator<Buffer> = child.stdout.iterator({ destroyOnReturn: false });
    for (;;) {
      const chunk = await silence.during(chunks.next()).then(
        (result) => (result.done === true ? undefined : result.value),
        (error: unknown) => {
          // Closed by us, because it fell silent or did not end in time.
          if (silent || signal.aborted) return undefined;
          throw error;
        },
      );
      if (silent) {
        why = `no heartbeat for ${silentAfterMillis} ms`;
        break;
      }
      if (chunk === undefined) {
        // Its output ended: it is ending by itself, and its exit code says how.
        await Promise.race([exited, sleep(endMillis, undefined, { ref: false })]);
        break;
      }
      const events: SensorEvent[] = [];
      const broken = decodeInto(decoder, chunk, events);
      checkProtocol(events);
      if (events.length > 0) yield events;
      if (broken !== undefined) {
        why = broken;
        break;
      }
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await end(child, exited, signal.aborted);
  }
  if (failure.error !== undefined) why = failure.error.message;
  if (why === '') why = child.signalCode === null ? `exit code ${child.exitCode}` : `ended by ${child.signalCode}`;
  const said = errors().trim();
  return { why: said === '' ? why : `${why}: ${said}`, notAlone: child.exitCode === notAloneCode };
}

/** Calls back when nothing came for too long while somebody waited. One timer for a whole life: reads are many. */
class Silence {
  private readonly timer: NodeJS.Timeout;
  private last: NodeJS.Timeout | undefined;
  private waiting = false;

  constructor(callback: () => void) {
    this.timer = setTimeout(() => {
      if (!this.waiting) return;
      // Timers run before reads: when this whole process was held up, the bytes wait to be read now.
      this.last = setTimeout(callback, 500).unref();
    }, silentAfterMillis).unref();
  }

  /** Waits for what comes next. */
  async during<T>(next: Promise<T>): Promise<T> {
    this.waiting = true;
    this.timer.refresh();
    try {
      return await next;
    } finally {
      this.stop();
    }
  }

  private stop(): void {
    this.waiting = false;
    clearTimeout(this.last);
  }
}

/** Returns why the stream broke, if it did; what was decoded before still counts. */
function decodeInto(decoder: FrameDecoder, chunk: Buffer, events: SensorEvent[]): string | undefined {
  try {
    for (const event of decoder.push(chunk)) events.push(event);
    return undefined;
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'sensor-stream-broken') return error.message;
    throw error;
  }
}

function checkProtocol(events: readonly SensorEvent[]): void {
  for (const event of events) {
    if (event.type === 'hello' && event.protocol !== protocol)
      throw new HoldfastError('sensor-protocol', `the sensor speaks protocol ${event.protocol}, this is ${protocol}`);
  }
}

async function end(child: Child, exited: Promise<unknown>, asked: boolean): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    child.kill(asked ? 'SIGTERM' : 'SIGKILL');
    child.stdout.resume();
    const timer = setTimeout(() => child.kill('SIGKILL'), endMillis);
    await exited;
    clearTimeout(timer);
  }
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
}

function keepTail(stream: Readable): () => string {
  let tail = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-stderrMax);
  });
  return () => tail;
}
