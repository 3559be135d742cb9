import assert from 'node:assert/strict';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ImageContents } from '../../../src/contents/index.ts';
import { bothWays, ownership } from './contents.ts';
import { npmProject } from './npm.recipe.ts';
import { printed, rootOf } from './roots.ts';

interface Tree {
  readonly name?: string;
  readonly version?: string;
  readonly path?: string;
  readonly dependencies?: Readonly<Record<string, Tree>>;
}

function npmPackages({ packages }: ImageContents): ImageContents['packages'] {
  return packages.filter((one) => one.type === 'npm');
}

describe('a project after npm ci, by npm’s own word', () => {
  let app = '';
  let root = '';
  let dir: ImageContents;
  let oci: ImageContents;

  before(async () => {
    const made = rootOf(npmProject);
    root = made.root;
    app = join(root, 'app');
    ({ dir, oci } = await bothWays(made));
  });

  /** Directory and `name@version` of each package, from `npm ls --all --json --long`. */
  function listed(): readonly string[] {
    const seen = new Set<string>();
    const visit = (tree: Tree): void => {
      for (const one of Object.values(tree.dependencies ?? {})) {
        if (one.path !== undefined && one.version !== undefined) {
          // A linked package is listed where the link stands.
          seen.add(`${realpathSync(one.path).slice(root.length)} ${one.name}@${one.version}`);
        }
        visit(one);
      }
    };
    visit(JSON.parse(printed('npm', ['ls', '--all', '--json', '--long'], { cwd: app })) as Tree);
    return [...seen].sort();
  }

  it('lists the packages of npm ls --all, each where it lies', () => {
    const expected = listed();
    const ours = npmPackages(dir).map(
      (one) => `${one.location.replace(/\/package\.json$/, '')} ${one.name}@${one.version}`,
    );
    assert.deepEqual(ours.sort(), expected);
    assert.ok(expected.length > 200, `npm ls names ${expected.length}`);
    const versions = expected.filter((line) => / debug@/.test(line));
    assert.ok(
      new Set(versions.map((line) => line.split('@').at(-1))).size > 1,
      'one package in two versions is among them',
    );
  });

  it('finds nothing wrong with it, and the same in an OCI layout', () => {
    assert.deepEqual(dir.problems, []);
    assert.deepEqual(oci.packages, dir.packages);
    assert.deepEqual(ownership(oci), ownership(dir));
  });

  it('gives each file to the package in whose directory it lies', () => {
    const directories = new Map(
      npmPackages(dir).map((one) => [one.location.replace(/\/package\.json$/, ''), one.purl]),
    );
    const fixture = '/app/node_modules/resolve/test/';
    const local = '/app/local/';
    let owned = 0;
    for (const [path, owner] of ownership(dir)) {
      const nearest = path.startsWith(fixture)
        ? '/app/node_modules/resolve'
        : (/^(.*\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*)\//.exec(path)?.[1] ??
          (path.startsWith(local) ? '/app/local' : undefined));
      assert.equal(owner, nearest === undefined ? undefined : directories.get(nearest), path);
      if (owner !== undefined) owned++;
    }
    assert.ok(owned > 1000, `${owned} files are owned`);
  });
});
