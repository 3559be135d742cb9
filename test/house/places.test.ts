import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { files, root, textOf } from './tree.ts';

const written = files('**/*', '.ci/*', '.*').filter((path) => !/\.(?:png|gz|tgz|zip|db|bin)$/.test(path));

/** Paths of the machine that builds this; put together here so that this file is not one of them. */
const machinePaths = [
  ['', 'work', ''],
  ['', 'tmp', 'brief'],
].map((parts) => parts.join('/'));

const spdx = (path: string): string => /SPDX-License-Identifier: ([^*\n]+)/.exec(textOf(path))?.[1]?.trim() ?? '';

test('no path of a build machine stands in the tree', () => {
  assert.ok(written.length > 50);
  const found = written.filter((path) => machinePaths.some((place) => textOf(path).includes(place)));
  assert.deepEqual(found, []);
});

test('no package registry’s host stands in the tree', () => {
  const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8', cwd: root }).trim();
  const host = new URL(registry).host;
  assert.deepEqual(
    written.filter((path) => textOf(path).includes(host)),
    [],
  );
  assert.doesNotMatch(textOf('package-lock.json'), /"resolved": "http/);
});

test('the sensor’s sources name their licence, the BPF programs one the kernel accepts', () => {
  const sources = files('sensor/**/*.{c,h}');
  assert.deepEqual(
    sources.filter((path) => !/\bApache-2\.0\b/.test(spdx(path))),
    [],
  );
  const bpf = sources.filter((path) => path.startsWith('sensor/bpf/'));
  assert.ok(bpf.length > 0);
  assert.deepEqual(
    bpf.filter((path) => !/\bGPL-2\.0\b/.test(spdx(path))),
    [],
  );
});
