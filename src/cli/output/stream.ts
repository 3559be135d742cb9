import { once } from 'node:events';

/** Writes to stdout and waits when the reader is slower, so that a long answer is never held in memory whole. */
export async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}

/** One JSON document, indented, as the whole answer of a command. */
export async function writeJson(value: unknown): Promise<void> {
  await write(`${JSON.stringify(value, null, 2)}\n`);
}

/** One JSON object on a line of its own: streams. */
export async function writeJsonLine(value: unknown): Promise<void> {
  await write(`${JSON.stringify(value)}\n`);
}

/** `holdfast … | head` ends quietly, as other tools do, when the reader has gone. */
export function quietOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
}
