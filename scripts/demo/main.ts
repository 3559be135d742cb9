import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startContainerd, type TestContainerd } from '../../test/support/containerd.ts';
import { debianRegistry } from '../../test/support/registry/outside.ts';
import { demoImage } from './image.ts';
import { moves } from './intrusion.ts';
import { seal } from './pipeline.ts';
import { Screen } from './screen.ts';
import { Shop } from './shop.ts';
import { Watching } from './watching.ts';

/**
 * The demo: a real image is recorded, hardened and sealed; it runs under a containerd of its own with `holdfast watch` beside
 * it; an intrusion, and what was found. Exits with 1 when a move of the intruder was not found, so that it is a test as well. Everything it makes lies in a
 * scratch directory and is gone afterwards, also after Ctrl-C; `--keep` waits for that before it cleans up.
 */

const keep = process.argv.includes('--keep');
const holdfast = join(import.meta.dirname, '../../bin/holdfast');
const screen = new Screen(process.stdout);
const interrupted = new AbortController();
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());

try {
  process.exitCode = await play(interrupted.signal);
} catch (error) {
  if (!interrupted.signal.aborted) throw error;
  screen.say('interrupted; all that was started is ended');
  process.exitCode = 130;
}

async function play(signal: AbortSignal): Promise<number> {
  const layout = await demoImage(signal, (line) => screen.say(line));
  screen.say('starting a containerd and a registry of its own');
  await using containerd = await startContainerd();
  await using registry = await debianRegistry();
  const { socket } = containerd;
  const say = (text: string): void => screen.say(text);
  const { image, policy } = await seal({ registry: registry.host, layout, socket, scratch, holdfast: succeed, say });

  screen.say('it runs on a node: nginx and a Python service in one container');
  await containerd.ctr('images', 'pull', '--plain-http', image);
  const store = join(scratch, 'store');
  const args = ['--policy', policy, '--containerd', socket, '--store', store];
  screen.command(`holdfast watch ${args.join(' ')}`);
  await using watching = await Watching.start(holdfast, args, (line) => screen.line(line));
  using shop = await Shop.start(containerd, image, scratch);
  await watching.until(/ [1-9]\d* of \d+ packages in use/, signal);

  screen.say('200 visitors come');
  await shop.visit({ times: 200 });
  await sleep(2500, undefined, { signal });
  const before = await found(store);
  for (const { code } of before) screen.say(`FALSE FINDING: ${code}`);

  screen.say('an intruder finds a hole in the service, and through it');
  for (const { title, code } of moves) {
    await sleep(500, undefined, { signal });
    screen.say(`… ${title}`);
    await shop.visit({ send: code });
    await sleep(700, undefined, { signal });
  }

  screen.say('what Holdfast says now');
  await show(['status', '--store', store]);
  const findings = await found(store);
  await show(['findings', '--store', store]);
  const told = findings.find(({ code }) => code === 'file-not-in-profile');
  if (told !== undefined) await show(['explain', told.id, '--store', store]);
  const codes = new Set(findings.map(({ code }) => code));
  const missed = moves.filter(({ expects }) => !codes.has(expects));
  for (const { title, expects } of missed) screen.say(`NOT FOUND: ${expects} (${title})`);
  screen.say(
    `${moves.length - missed.length} of ${moves.length} moves of the intruder were found; ${before.length} findings before`,
  );
  if (keep) await linger(containerd, store, signal);
  return missed.length + before.length === 0 ? 0 : 1;
}

interface Findings {
  readonly findings: readonly { readonly id: string; readonly code: string }[];
}

async function found(store: string): Promise<Findings['findings']> {
  return (JSON.parse((await show(['findings', '--store', store, '--json'], 'quiet')).text) as Findings).findings;
}

async function succeed(...args: readonly string[]): Promise<void> {
  const { code } = await show(args);
  if (code !== 0) throw new Error(`holdfast ${args[0] ?? ''}: exit code ${code}`);
}

/** Runs a command of Holdfast as a person would, prints what it prints, and returns it. */
async function show(
  args: readonly string[],
  how: 'aloud' | 'quiet' = 'aloud',
): Promise<{ readonly text: string; readonly code: number | null }> {
  if (how === 'aloud') screen.command(`holdfast ${args.join(' ')}`);
  const child = spawn(holdfast, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: scratch,
    env: { ...process.env, HOLDFAST_KEY_PASSWORD: 'demo' },
  });
  const ended = once(child, 'close');
  const parts: string[] = [];
  for await (const part of child.stdout.setEncoding('utf8')) parts.push(String(part));
  const text = parts.join('');
  if (how === 'aloud') for (const line of text.trimEnd().split('\n')) screen.line(line);
  await ended;
  return { text, code: child.exitCode };
}

async function linger(containerd: TestContainerd, store: string, signal: AbortSignal): Promise<void> {
  screen.say('kept running until Ctrl-C; look around from another terminal:');
  screen.line(`${holdfast} rbom shop --store ${store}`);
  screen.line(
    `ctr --address ${containerd.socket} --namespace ${containerd.namespace} tasks exec --exec-id me -t shop sh`,
  );
  await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
}
