import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Programs } from '../../src/watch/programs.ts';
import { exec, file } from './synthetic.ts';

const millis = (at: number): bigint => BigInt(at) * 1_000_000n;
const shell = { start: millis(1), program: 100n, pid: 7, uid: 0 };
const main = { ...shell, program: 101n };

/** A shell from 10 ms on, and from 30 ms the service that it becomes by `exec`. */
function entrypoint(): Programs {
  const programs = new Programs();
  programs.add(exec(10, 7, 100n, file(1), '/bin/sh', { self: shell }), '/bin/sh', false);
  programs.add(exec(30, 7, 101n, file(2), '/usr/sbin/main', { self: main }), '/usr/sbin/main', false);
  return programs;
}

test('who made a process is what its parent was when it began, whichever of the two executes first', () => {
  const programs = entrypoint();
  const maker = (began: number, parent = main): string | undefined => programs.maker(parent, millis(began))?.path;
  assert.equal(maker(20), '/bin/sh', 'the parent has gone on meanwhile');
  assert.equal(maker(20, shell), '/bin/sh', 'it has not yet');
  assert.equal(maker(40), '/usr/sbin/main');
  // Not known: what the sensor saw when it executed.
  assert.equal(maker(0), '/usr/sbin/main');
  assert.equal(programs.maker(undefined, millis(20)), undefined);
  // The number of another process before it.
  assert.equal(programs.maker({ ...main, start: millis(2) }, millis(20))?.path, '/usr/sbin/main');
});

test('a program that is known runs in silence: no time is guessed', () => {
  const programs = entrypoint();
  programs.add(exec(5, 9, 102n, file(3), '/bin/other'), '/bin/other', false);
  assert.equal(programs.maker({ ...main, program: 102n }, millis(20))?.path, '/bin/other');
});
