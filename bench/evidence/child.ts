import { execFile } from 'node:child_process';
import { join } from 'node:path';

/**
 * Runs one of the scripts of this folder as a process of its own, so that no other row's heap, code or sockets are in its
 * figures. It gets one JSON value and writes one.
 */
export function measured<Answered>(script: string, question: object): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const args = ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, script), JSON.stringify(question)];
  execFile(process.execPath, args, { maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
    if (error === null) resolve(JSON.parse(stdout) as Answered);
    else reject(new Error(`${script}: ${stderr}`));
  });
  return promise;
}

/** What the parent asked, in the shape that the script takes. */
export function asked(): unknown {
  return JSON.parse(process.argv[2] ?? 'null');
}

export function answer(value: unknown): void {
  process.stdout.write(JSON.stringify(value));
}
