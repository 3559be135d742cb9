import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const script = join(import.meta.dirname, '../../scripts/demo.sh');

/** The demo as a child; what it has said so far grows in `said.text`. */
function start(): {
  readonly child: ChildProcess;
  readonly said: { text: string };
  readonly end: Promise<number | null>;
} {
  const child = spawn(script, [], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      said.text += part;
    });
  }
  return { child, said, end: new Promise((done) => child.once('exit', done)) };
}

/** Nothing of it is left: its directories, what is mounted below them, the containerd and the container. */
async function assertGone(said: string): Promise<void> {
  const places = [...new Set(said.match(/\/tmp\/holdfast-(?:ctd|demo)-\w+/g))];
  assert.ok(places.length >= 2, said);
  await sleep(500);
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  for (const place of places) {
    assert.ok(!existsSync(place), place);
    assert.ok(!mounts.includes(place), `${place} is mounted`);
  }
}

describe('make demo', { timeout: 400_000 }, () => {
  it('finds each move of the intruder, tells the story of one, and leaves nothing behind', async () => {
    const { said, end } = start();
    assert.equal(await end, 0, said.text);
    assert.match(said.text, /9 of 9 moves of the intruder were found; 0 findings before/);
    assert.match(said.text, /\d+ of \d+ packages in use/);
    assert.match(said.text, /What to do:/);
    assert.match(said.text, /packages +\d+ +\d+ +[4-9]\d %/);
    assert.match(said.text, /shop +drifted +drifted +drifted +good/);
    await assertGone(said.text);
  });

  it('cleans up after Ctrl-C', async () => {
    const { child, said, end } = start();
    for (let tries = 0; !said.text.includes('200 visitors come') && tries < 1200; tries += 1) await sleep(100);
    assert.match(said.text, /200 visitors come/);
    child.kill('SIGINT');
    assert.equal(await end, 130, said.text);
    await assertGone(said.text);
  });
});
