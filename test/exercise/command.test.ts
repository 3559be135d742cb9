import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../src/exercise/host/command.ts';
import { Tail } from '../../src/exercise/host/tail.ts';

const never = new AbortController().signal;
const limits = { signal: never, timeout: 20_000 };

test('a command gives its status and the last it said', async () => {
  const { status, output, timedOut } = await runCommand('sh', ['-c', 'echo one; echo two >&2; exit 3'], limits);
  assert.equal(status, 3);
  assert.equal(timedOut, false);
  assert.deepEqual(output.split('\n').toSorted(), ['one', 'two']);
});

test('what takes too long ends, with all that it started', async () => {
  const mark = `3${process.pid}.5`;
  const { timedOut, status } = await runCommand('sh', ['-c', `sleep ${mark} & sleep ${mark}`], {
    ...limits,
    timeout: 200,
  });
  assert.equal(timedOut, true);
  assert.equal(status, 137);
  const { output } = await runCommand('sh', ['-c', `pgrep -f "^sleep ${mark}" || true`], limits);
  assert.equal(output, '');
});

test('what a command leaves running does not hold it up', async () => {
  const from = performance.now();
  await runCommand('sh', ['-c', 'sleep 60 & true'], limits);
  assert.ok(performance.now() - from < 10_000);
});

test('an abort ends it with the reason of the signal', async () => {
  const stop = new AbortController();
  const running = runCommand('sleep', ['60'], { ...limits, signal: stop.signal });
  stop.abort(new Error('enough'));
  await assert.rejects(running, /enough/);
});

test('a program that is not there is an error of its own', async () => {
  await assert.rejects(runCommand('/no/such/program', [], limits), { code: 'exercise-tool-missing' });
});

test('input is written, and one that is not read to the end is no failure', async () => {
  const { output } = await runCommand('cat', [], { ...limits, input: Buffer.from('through') });
  assert.equal(output, 'through');
  const { status } = await runCommand('true', [], { ...limits, input: Buffer.alloc(8 << 20) });
  assert.equal(status, 0);
});

test('of a flood only the end is kept', () => {
  const tail = new Tail();
  for (let at = 0; at < 1000; at++) tail.add(Buffer.from(`${'x'.repeat(1000)} ${at}\n`));
  assert.ok(tail.text.length <= 16 * 1024);
  assert.ok(tail.text.endsWith(' 999'));
  assert.equal(tail.lines(1).endsWith(' 999'), true);
});
