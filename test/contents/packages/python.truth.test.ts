import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ImageContents } from '../../../src/contents/index.ts';
import { bothWays, ownership } from './contents.ts';
import { pythonEnvironments } from './python.recipe.ts';
import { printed, rootOf } from './roots.ts';

interface Listed {
  readonly name: string;
  readonly version: string;
  readonly editable_project_location?: string;
}

function normal(name: string): string {
  return name.toLowerCase().replace(/[-_.]+/g, '-');
}

describe('virtual environments, by pip’s own word', () => {
  let root = '';
  let dir: ImageContents;
  let oci: ImageContents;

  before(async () => {
    const made = rootOf(pythonEnvironments);
    root = made.root;
    ({ dir, oci } = await bothWays(made));
  });

  const pip = (environment: string) =>
    JSON.parse(
      printed(join(root, environment, 'bin/python'), ['-m', 'pip', 'list', '--format', 'json']),
    ) as readonly Listed[];

  it('lists the packages of pip list in each environment, and no others', () => {
    const expected = ['old', 'new'].flatMap((environment) => {
      const all = pip(environment);
      assert.ok(all.length >= 6, `pip lists ${all.length}`);
      // A zipped egg stands several times in pip's list.
      return [...new Set(all.map((one) => `${normal(one.name)}@${one.version}`))];
    });
    const ours = dir.packages.filter((one) => one.type === 'pypi').map((one) => `${normal(one.name)}@${one.version}`);
    assert.deepEqual(ours.sort(), expected.sort());
    for (const one of dir.packages) assert.equal(one.purl, `pkg:pypi/${normal(one.name)}@${one.version}`);
  });

  it('finds nothing wrong with them, and the same in an OCI layout', () => {
    assert.deepEqual(dir.problems, []);
    assert.deepEqual(oci.packages, dir.packages);
    assert.deepEqual(ownership(oci), ownership(dir));
  });

  it('gives each file to the package that pip show --files lists it for', () => {
    const owners = ownership(dir);
    let compared = 0;
    for (const { name, version } of pip('new')) {
      const shown = printed(join(root, 'new/bin/python'), ['-m', 'pip', 'show', '--files', name]).split('\n');
      const base = shown.find((line) => line.startsWith('Location: '))?.slice('Location: '.length) ?? '';
      for (const file of shown.slice(shown.indexOf('Files:') + 1).filter((line) => line.startsWith('  '))) {
        const path = join(base, file.trim()).slice(root.length);
        if (!owners.has(path)) continue;
        compared++;
        assert.equal(owners.get(path), `pkg:pypi/${normal(name)}@${version}`, path);
      }
    }
    assert.ok(compared > 1000, `${compared} files`);
  });

  it('gives modules without a record to their distribution', () => {
    const owners = ownership(dir);
    assert.equal(owners.get('/src/developed/developed.py'), 'pkg:pypi/developed-thing@0.1');
    const recorded = [...owners].filter(([path]) => path.endsWith('/recorded.py') || /\/egged-[^/]*\.egg$/.test(path));
    assert.deepEqual(
      recorded.map(([, owner]) => owner),
      ['pkg:pypi/egged@1.2', 'pkg:pypi/recorded@2.0.post1'],
    );
  });
});
