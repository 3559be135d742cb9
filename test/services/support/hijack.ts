import { join } from 'node:path';
import { type Box, execute } from './box.ts';

/** Makes a process do it, as an exploit of its memory would. `verb` and arguments: those of hijack.py. */
export async function hijack(box: Box, pid: number | undefined, ...given: readonly string[]): Promise<void> {
  if (pid === undefined) throw new Error(`${box.id}: no such process`);
  const answer = await execute(['python3', join(import.meta.dirname, 'hijack.py'), String(pid), ...given], '/');
  if (answer.code !== 0) throw new Error(`${box.id}: hijack ${given.join(' ')}: ${answer.stderr}`);
}
