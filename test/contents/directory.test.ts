import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ImageContents, noWish, type PackageReader, readContents } from '../../src/contents/index.ts';
import { openSource, parseSource } from '../../src/oci/index.ts';

const { signal } = new AbortController();

async function read(directory: string, readers: readonly PackageReader[] = []): Promise<ImageContents> {
  await using source = await openSource(parseSource(`dir:${directory}`), { signal });
  return await readContents(source, { signal, readers });
}

describe('a directory as an image', () => {
  let root = '';
  before(() => {
    root = mkdtempSync(join(tmpdir(), 'holdfast-dir-'));
    const tree = join(root, 'root');
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    writeFileSync(join(tree, 'usr/bin/tool'), 'x'.repeat(3_000_000));
    chmodSync(join(tree, 'usr/bin/tool'), 0o4755);
    linkSync(join(tree, 'usr/bin/tool'), join(tree, 'usr/bin/same'));
    writeFileSync(join(tree, 'empty'), '');
    symlinkSync('usr/bin', join(tree, 'bin'));
    symlinkSync(root, join(tree, 'out'));
    symlinkSync('/etc/passwd', join(tree, 'passwd'));
    writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), Buffer.from([0xff])]), 'odd');
    writeFileSync(join(root, 'secret'), 'outside');
    execFileSync('mkfifo', [join(tree, 'pipe')]);
  });
  after(() => rmSync(root, { recursive: true }));

  it('lists every regular file with its hash, follows no link out, and waits on no pipe', async () => {
    const { files, links, identity, layers, problems } = await read(join(root, 'root'));
    const tool = hash('sha256', 'x'.repeat(3_000_000));
    assert.deepEqual(
      files.map(({ path, sha256, mode }) => [path, sha256, mode & 0o7000]),
      [
        ['/empty', hash('sha256', ''), 0],
        ['/usr/bin/same', tool, 0o4000],
        ['/usr/bin/tool', tool, 0o4000],
        ['/\udcff', hash('sha256', 'odd'), 0],
      ],
    );
    assert.deepEqual(
      links.map(({ path, target }) => [path, target]),
      [
        ['/bin', 'usr/bin'],
        ['/out', root],
        ['/passwd', '/etc/passwd'],
      ],
    );
    assert.deepEqual([identity, layers, problems], [{}, [], []]);
  });

  it('a file that grows while it is read is left out, and said so', async () => {
    const tree = join(root, 'growing');
    mkdirSync(tree);
    writeFileSync(join(tree, 'log'), 'one');
    writeFileSync(join(tree, 'still'), 'x');
    // A reader is asked between the look at the size and the first byte.
    const grow: PackageReader = {
      name: 'grow',
      wants: (path) => {
        if (path === '/log') appendFileSync(join(tree, 'log'), 'more');
        return noWish;
      },
      read: () => ({ packages: [], problems: [] }),
    };
    const { files, problems } = await read(tree, [grow]);
    assert.deepEqual(
      files.map(({ path }) => path),
      ['/still'],
    );
    assert.deepEqual(
      problems.map(({ place, code }) => [place, code]),
      [['/log', 'directory-changed']],
    );
  });

  it('may itself be given by way of a symlink', async () => {
    symlinkSync('root', join(root, 'alias'));
    assert.deepEqual((await read(join(root, 'alias'))).files, (await read(join(root, 'root'))).files);
  });
});
