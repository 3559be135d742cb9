import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { verbs } from '../../src/cli/verbs.ts';

const bin = resolve(import.meta.dirname, '../../bin/holdfast');

/** The surroundings' say on colour is left out: the tests say it themselves. */
const { FORCE_COLOR: _force, NO_COLOR: _no, ...surroundings } = process.env;

function holdfast(args: readonly string[], env: Record<string, string> = {}, program = bin) {
  return spawnSync(program, args, { encoding: 'utf8', cwd: '/', env: { ...surroundings, ...env }, input: '' });
}

test('help names every verb, its groups, examples and exit statuses', () => {
  const { status, stdout, stderr } = holdfast(['--help']);
  assert.equal(status, 0);
  assert.equal(stderr, '');
  for (const { name, summary, group } of verbs) {
    assert.ok(stdout.includes(group));
    assert.match(stdout, new RegExp(`^  ${name} +${summary}$`, 'm'));
  }
  assert.match(stdout, /Exit status: 0 yes, 1 no .*, 2 usage, 3 could not tell/);
});

for (const verb of verbs) {
  test(`${verb.name} has help with options and examples, and the list’s name`, () => {
    for (const args of [
      [verb.name, '--help'],
      ['help', verb.name],
    ]) {
      const { status, stdout, stderr } = holdfast(args);
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`^Usage: holdfast ${verb.name}\\b`));
      assert.match(stdout, /^Examples?:\n {2}.*holdfast /m);
    }
  });
}

test('without arguments: help on stderr, exit 2', () => {
  const { status, stdout, stderr } = holdfast([]);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^Usage: holdfast/);
});

test('a wrong command line is a usage error with a remedy, as text and as JSON', () => {
  const text = holdfast(['sbmo']);
  assert.deepEqual([text.status, text.stdout], [2, '']);
  assert.match(text.stderr, /^holdfast: usage: unknown command 'sbmo' \(Did you mean sbom\?\)\n {2}remedy: .*\n$/);
  const json = holdfast(['doctor', '--json', '--colour']);
  assert.equal(json.status, 2);
  const error = JSON.parse(json.stderr) as Record<string, string>;
  assert.deepEqual([error['type'], error['code'], error['message']], ['error', 'usage', "unknown option '--colour'"]);
});

test('runs through a symlink from any folder', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-link-'));
  t.after(() => rmSync(folder, { recursive: true }));
  symlinkSync(bin, join(folder, 'hf'));
  const { status, stdout } = holdfast(['--version'], {}, join(folder, 'hf'));
  assert.equal(status, 0);
  assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
});

test('a reader that goes away ends it quietly', async () => {
  const child = spawn(bin, ['doctor', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
  await once(child, 'close');
  assert.equal(said, '');
});

test('no escape sequences where the output is no terminal', () => {
  assert.ok(!holdfast(['doctor']).stdout.includes('\x1b'));
  assert.ok(holdfast(['doctor'], { FORCE_COLOR: '1' }).stdout.includes('\x1b'), 'unless they are asked for');
});

test('a crash outside any promise is "could not tell", never "no"', () => {
  const preload = "data:text/javascript,process.once('newListener',()=>setImmediate(()=>{throw/**/Error('late')}))";
  const { status, stderr } = holdfast(['doctor'], { NODE_OPTIONS: `--import=${preload}` });
  assert.equal(status, 3);
  assert.match(stderr, /^holdfast: internal: Error: late/);
});
