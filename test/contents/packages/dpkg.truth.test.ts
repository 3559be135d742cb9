import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { ImageContents } from '../../../src/contents/index.ts';
import { bothWays, ownership } from './contents.ts';
import { debian } from './debian.recipe.ts';
import { printed, rootOf } from './roots.ts';

function debs({ packages }: ImageContents): ImageContents['packages'] {
  return packages.filter((one) => one.type === 'deb');
}

describe('a Debian root, by dpkg’s own word', () => {
  let root = '';
  let dir: ImageContents;
  let oci: ImageContents;

  before(async () => {
    const made = rootOf(debian);
    root = made.root;
    ({ dir, oci } = await bothWays(made));
  });

  const chroot = (command: string, ...parameters: readonly string[]) =>
    printed('chroot', [root, command, ...parameters]);

  it('lists the packages of dpkg-query -W, with versions, architectures and sources', () => {
    const format = '${db:Status-Status} ${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\\n';
    const lines = chroot('dpkg-query', '-W', '-f', format).trimEnd().split('\n');
    const installed = lines
      .filter((line) => line.startsWith('installed '))
      .map((line) => line.slice('installed '.length));
    assert.ok(installed.length > 100 && installed.length < lines.length, 'a removed package is among them');
    const ours = debs(dir).map(({ purl, name, version, source }) => {
      const architecture = /[?&]arch=([^&]+)/.exec(purl)?.[1];
      return `${name} ${version} ${architecture} ${source?.name} ${source?.version}`;
    });
    assert.deepEqual(ours.sort(), installed.sort());
    for (const { purl } of debs(dir)) assert.match(purl, /^pkg:deb\/debian\/[^?]+\?arch=[a-z0-9]+&distro=debian-12$/);
  });

  it('finds nothing wrong with it', () => {
    assert.deepEqual(dir.problems, []);
    assert.deepEqual(oci.problems, []);
  });

  it('is the same from a directory and from an OCI layout', () => {
    assert.deepEqual(oci.packages, dir.packages);
    assert.deepEqual(ownership(oci), ownership(dir));
  });

  it('gives every file to the owner that dpkg -S names', () => {
    const { owners, diverted } = dpkgOwners(chroot('dpkg-query', '-S', '*'));
    const removed = new Set(
      chroot('dpkg-query', '-W', '-f', '${db:Status-Status} ${Package}\\n')
        .split('\n')
        .filter((line) => line.startsWith('config-files '))
        .map((line) => line.slice('config-files '.length)),
    );
    const real = realPaths(root, [
      ...owners.keys(),
      ...diverted.keys(),
      ...[...diverted.values()].map((one) => one.to),
    ]);
    const expected = new Map<string, readonly string[]>();
    for (const [path, names] of owners) {
      // dpkg -S names what packages list. Where a diversion stands, the others' file lies elsewhere.
      const diversion = diverted.get(path);
      for (const name of names) {
        const at = diversion === undefined || diversion.by === name ? path : diversion.to;
        const target = real.get(at) ?? at;
        // Of a removed package only configuration is left: no package owns it.
        if (!removed.has(name)) expected.set(target, [...(expected.get(target) ?? []), name]);
      }
    }
    const nameOf = new Map(debs(dir).map((one) => [one.purl, one.name]));
    const wrong: string[] = [];
    let owned = 0;
    for (const [path, purl] of ownership(dir)) {
      const names = expected.get(path);
      const ours = purl === undefined ? undefined : nameOf.get(purl);
      if (names !== undefined) owned++;
      if (names === undefined ? ours !== undefined : ours === undefined || !names.includes(ours)) {
        wrong.push(`${path}: ${ours ?? 'nobody'}, not ${names?.join(' or ') ?? 'nobody'}`);
      }
    }
    assert.deepEqual(wrong, []);
    assert.ok(owned > 5000, `only ${owned} files are owned`);
  });

  it('knows the diverted file from the one that took its place', () => {
    const owners = ownership(dir);
    assert.equal(owners.get('/usr/bin/file'), undefined);
    assert.match(owners.get('/usr/bin/file.distrib') ?? '', /^pkg:deb\/debian\/file@/);
  });

  it('gives files that two architectures share to the image’s own', () => {
    const shared = ownership(oci).get('/usr/share/doc/zlib1g/copyright') ?? '';
    assert.match(shared, /^pkg:deb\/debian\/zlib1g@.*arch=amd64/);
  });

  it('leaves what is left of a removed package without an owner', () => {
    assert.ok(ownership(dir).has('/etc/default/cron'));
    assert.equal(ownership(dir).get('/etc/default/cron'), undefined);
  });

  it('lists Python packages beside the Debian packages that ship them, whose files stay Debian’s', () => {
    const python = dir.packages.filter((one) => one.type === 'pypi').map((one) => one.purl);
    assert.deepEqual(python, ['pkg:pypi/pyyaml@6.0', 'pkg:pypi/six@1.16.0']);
    assert.match(
      ownership(dir).get('/usr/lib/python3/dist-packages/yaml/__init__.py') ?? '',
      /^pkg:deb\/debian\/python3-yaml@/,
    );
  });
});

interface Listed {
  readonly owners: ReadonlyMap<string, readonly string[]>;
  readonly diverted: ReadonlyMap<string, { readonly to: string; readonly by: string | undefined }>;
}

/** `a, b:amd64: /path`, and `diversion by p from: /path` followed by `diversion by p to: /path`. */
function dpkgOwners(output: string): Listed {
  const owners = new Map<string, readonly string[]>();
  const diverted = new Map<string, { readonly to: string; readonly by: string | undefined }>();
  let from: string | undefined;
  for (const line of output.trimEnd().split('\n')) {
    const diversion = /^(?:local diversion|diversion by (\S+)) (from|to): (.*)$/.exec(line);
    if (diversion?.[2] === 'from') from = diversion[3];
    else if (diversion?.[3] !== undefined && from !== undefined)
      diverted.set(from, { to: diversion[3], by: diversion[1] });
    else {
      const colon = line.indexOf(': /');
      const names = line
        .slice(0, colon)
        .split(', ')
        .map((name) => name.replace(/:[a-z0-9-]+$/, ''));
      owners.set(line.slice(colon + 2), names);
    }
  }
  return { owners, diverted };
}

/** Where paths really lie in a root, by its own `realpath`, the last component as it is. */
function realPaths(root: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const parents = [...new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/')) || '/'))];
  const resolved = printed('chroot', [root, 'xargs', '-d', '\\n', 'realpath', '-m', '--'], {
    input: parents.join('\n'),
  });
  const real = new Map(
    resolved
      .trimEnd()
      .split('\n')
      .map((path, index) => [parents[index] ?? '', path]),
  );
  return new Map(
    paths.map((path) => {
      const slash = path.lastIndexOf('/');
      const parent = real.get(path.slice(0, slash) || '/') ?? '';
      return [path, `${parent === '/' ? '' : parent}${path.slice(slash)}`];
    }),
  );
}
