import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

const sensor = new URL('../../sensor/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, sensor), 'utf8');

/** The modules in the order of the README's table: a name in backquotes that is a C file. */
function modulesInOrder(readme: string): readonly string[] {
  const start = readme.indexOf('| | modules, in their order |');
  assert.ok(start >= 0, 'the table of modules');
  const table = readme.slice(start, readme.indexOf('\n\n', start));
  return [...table.matchAll(/`([a-z]+)`/g)].map(([, name]) => name ?? '');
}

/** `kernel_state.h` is kernel.c's too: what its side shares with few. */
const moduleOf = (name: string): string => (name === 'kernel_state' ? 'kernel' : name);

/** What each file may not include: a module of its own place in the order, or behind it. */
function wrongIncludes(order: readonly string[], file: string, text: string): readonly string[] {
  const own = moduleOf(basename(file).replace(/\.[ch]$/, ''));
  return [...text.matchAll(/^#include "([a-z_]+)\.h"$/gm)]
    .map(([, name]) => moduleOf(name ?? ''))
    .filter((name) => name !== own && order.includes(name) && order.indexOf(name) > order.indexOf(own))
    .map((name) => `${file} includes ${name}.h`);
}

test('the README names every module once', () => {
  const files = globSync('*.c', { cwd: sensor }).map((file) => file.replace(/\.c$/, ''));
  assert.deepEqual(modulesInOrder(read('README.md')).toSorted(), files.toSorted());
});

test('a module includes only those before it', () => {
  const order = modulesInOrder(read('README.md'));
  const wrong = globSync('*.{c,h}', { cwd: sensor }).flatMap((file) => wrongIncludes(order, file, read(file)));
  assert.deepEqual(wrong, []);
  assert.deepEqual(wrongIncludes(['a', 'b'], 'a.c', '#include "a.h"\n#include "b.h"\n'), ['a.c includes b.h']);
});
