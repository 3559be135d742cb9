import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** A registry that runs: its HOST:PORT on loopback, plain HTTP. */
export interface RunningRegistry extends AsyncDisposable {
  readonly host: string;
}

/** Where `scripts/interop/build.sh` put a tool; built first where it is not there. */
export function interopTool(name: string): string {
  const script = fileURLToPath(new URL('../../../scripts/interop/build.sh', import.meta.url));
  execFileSync(script, [name], { stdio: ['ignore', 'ignore', 'inherit'] });
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'holdfast', 'tools', 'bin', name);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** go-containerregistry's, in memory, with the referrers API. */
export async function goRegistry(): Promise<RunningRegistry> {
  const child = spawn(interopTool('registry'), { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const [host] = (await once(lines, 'line')) as [string];
  lines.close();
  return { host, [Symbol.asyncDispose]: () => ended(child) };
}

async function listening(child: ChildProcess, log: string): Promise<string> {
  while (child.exitCode === null && child.signalCode === null) {
    const found = /listening on (127\.0\.0\.1:[0-9]+)/.exec(readFileSync(log, 'utf8'))?.[1];
    if (found !== undefined) return found;
    await sleep(10);
  }
  throw new Error(`docker-registry ended: ${readFileSync(log, 'utf8')}`);
}

/** Debian's docker-registry: no referrers API. Its files lie in a folder of its own and go with it. */
export async function debianRegistry(): Promise<RunningRegistry> {
  const directory = mkdtempSync(join(tmpdir(), 'holdfast-registry-'));
  const config = join(directory, 'config.yml');
  writeFileSync(
    config,
    JSON.stringify({
      version: '0.1',
      log: { accesslog: { disabled: true }, level: 'info', formatter: 'json' },
      storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: true } },
      // Port 0: it says in its log which one it got.
      http: { addr: '127.0.0.1:0' },
    }),
  );
  // Into a file: a pipe would fill up, and stop it, while the test waits for a tool that talks to it.
  const log = join(directory, 'log');
  const descriptor = openSync(log, 'w');
  const child = spawn('docker-registry', ['serve', config], {
    stdio: ['ignore', 'ignore', descriptor],
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
  });
  closeSync(descriptor);
  const host = await listening(child, log);
  return {
    host,
    async [Symbol.asyncDispose]() {
      await ended(child);
      rmSync(directory, { recursive: true });
    },
  };
}
