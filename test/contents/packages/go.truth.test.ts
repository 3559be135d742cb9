import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ImageContents } from '../../../src/contents/index.ts';
import { bothWays, ownership } from './contents.ts';
import { goPrograms } from './go.recipe.ts';
import { printed, rootOf } from './roots.ts';

describe('Go binaries, by go version -m', () => {
  let root = '';
  let dir: ImageContents;
  let oci: ImageContents;

  before(async () => {
    const made = rootOf(goPrograms);
    root = made.root;
    ({ dir, oci } = await bothWays(made));
  });

  /** The modules in a binary, `name version` each, as `go version -m` prints them. */
  function modulesIn(path: string): readonly string[] {
    const [first = '', ...lines] = printed('go', ['version', '-m', join(root, path)])
      .trimEnd()
      .split('\n');
    const modules = [`stdlib ${/: go(\S+)/.exec(first)?.[1]}`];
    for (const line of lines) {
      const [, kind, name = '', version = ''] = line.split('\t');
      if (kind === 'mod' || kind === 'dep') modules.push(`${name} ${version}`);
      // What stands in place of the line before: another module, or a directory, whose version nobody knows.
      else if (kind === '=>') {
        const replaced = modules.pop()?.split(' ')[0];
        modules.push(name.startsWith('.') || name.startsWith('/') ? `${replaced} (devel)` : `${name} ${version}`);
      }
    }
    return modules.sort();
  }

  it('lists the modules of every binary, and of nothing else', () => {
    const binaries = dir.files.map((file) => file.path).filter((path) => path !== '/bin/not-go');
    assert.equal(binaries.length, 10);
    const ours = Map.groupBy(dir.packages, (one) => one.location);
    assert.deepEqual([...ours.keys()].sort(), binaries);
    for (const path of binaries) {
      assert.deepEqual(
        ours
          .get(path)
          ?.map((one) => `${one.name} ${one.version}`)
          .sort(),
        modulesIn(path),
        path,
      );
    }
    assert.ok(modulesIn('/bin/app').includes('rsc.io/quote v1.5.1'), 'a replaced module is among them');
  });

  it('gives a binary to its main module, or to the standard library', () => {
    const owners = ownership(dir);
    for (const path of ['/bin/app', '/bin/stripped', '/bin/pie', '/lib/app.so', '/bin/small-mips']) {
      assert.equal(owners.get(path)?.split('@')[0], 'pkg:golang/example.com/app', path);
    }
    for (const path of ['/bin/one-file', '/bin/gofmt'])
      assert.match(owners.get(path) ?? '', /^pkg:golang\/stdlib@1\./, path);
    assert.equal(owners.get('/bin/not-go'), undefined);
  });

  it('finds nothing wrong with them, and the same in an OCI layout', () => {
    assert.deepEqual(dir.problems, []);
    assert.deepEqual(oci.packages, dir.packages);
    assert.deepEqual(ownership(oci), ownership(dir));
  });
});
