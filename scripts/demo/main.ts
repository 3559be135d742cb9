import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startContainerd, type TestContainerd } from '../../test/support/containerd.ts';
import { demoImage } from './image.ts';
import { moves, volumeScript } from './intrusion.ts';
import { Screen } from './screen.ts';
import { Watching } from './watching.ts';

/**
 * The demo: a real image under a containerd of its own, `holdfast watch` beside it, an intrusion, and what was found.
 * Exits with 1 when a move of the intruder was not found, so that it is a test as well. Everything it makes lies in a
 * scratch directory and is gone afterwards, also after Ctrl-C; `--keep` waits for that before it cleans up.
 */

const ref = 'demo.local/shop:1.0';
const container = 'shop';
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
  screen.say('starting a containerd of its own, with nginx and a Python service in one container');
  await using containerd = await startContainerd();
  await containerd.importImage(layout, ref);
  const store = join(scratch, 'store');
  screen.command(`holdfast watch --containerd ${containerd.socket} --store ${store}`);
  await using watching = await Watching.start(holdfast, containerd.socket, store, (line) => screen.line(line));
  await startShop(containerd);
  await watching.until(/ [1-9]\d* of \d+ packages in use/, signal);

  screen.say('200 visitors come');
  await inside(containerd, ['python3', '/app/visit.py', '200']);
  await sleep(1500, undefined, { signal });

  screen.say('an intruder has got a shell in the container, and');
  for (const { title, command } of moves) {
    await sleep(500, undefined, { signal });
    screen.say(`… ${title}`);
    await inside(containerd, command);
    await sleep(1000, undefined, { signal });
  }

  screen.say('what Holdfast says now');
  await show(['status', '--store', store]);
  const { findings } = JSON.parse(await show(['findings', '--store', store, '--json'], 'quiet')) as Findings;
  await show(['findings', '--store', store]);
  const first = findings.at(-1);
  if (first !== undefined) await show(['explain', first.id, '--store', store]);
  const codes = new Set(findings.map(({ code }) => code));
  const missed = moves.filter(({ expects }) => !codes.has(expects));
  for (const { title, expects } of missed) screen.say(`NOT FOUND: ${expects} (${title})`);
  screen.say(`${moves.length - missed.length} of ${moves.length} moves of the intruder were found`);
  if (keep) await linger(containerd, store, signal);
  return missed.length === 0 ? 0 : 1;
}

interface Findings {
  readonly findings: readonly { readonly id: string; readonly code: string }[];
}

async function startShop(containerd: TestContainerd): Promise<void> {
  const data = join(scratch, 'data');
  mkdirSync(data);
  writeFileSync(join(data, 'collect.py'), volumeScript);
  await containerd.run({ image: ref, id: container, detach: true, mounts: [{ source: data, target: '/data' }] });
}

async function inside(containerd: TestContainerd, command: readonly string[]): Promise<void> {
  const { code, stderr } = await containerd.exec(container, command);
  if (code !== 0) throw new Error(`${command.join(' ')}: exit code ${code}: ${stderr}`);
}

/** Runs a command of Holdfast as a person would, prints what it prints, and returns it. */
async function show(args: readonly string[], how: 'aloud' | 'quiet' = 'aloud'): Promise<string> {
  if (how === 'aloud') screen.command(`holdfast ${args.join(' ')}`);
  const child = spawn(holdfast, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const parts: string[] = [];
  for await (const part of child.stdout.setEncoding('utf8')) parts.push(String(part));
  const text = parts.join('');
  if (how === 'aloud') for (const line of text.trimEnd().split('\n')) screen.line(line);
  return text;
}

async function linger(containerd: TestContainerd, store: string, signal: AbortSignal): Promise<void> {
  screen.say('kept running until Ctrl-C; look around from another terminal:');
  screen.line(`${holdfast} rbom ${container} --store ${store}`);
  screen.line(
    `ctr --address ${containerd.socket} --namespace ${containerd.namespace} tasks exec --exec-id me -t ${container} bash`,
  );
  await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
}
