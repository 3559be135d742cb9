import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type ImageContents, readContents } from '../../src/contents/index.ts';
import { openSource, parseSource } from '../../src/oci/index.ts';
import { debianImage } from '../support/roots.ts';

/** A Debian image with three more layers, made and unpacked by umoci, wrapped by skopeo: every file's sha256 must agree. */
const { signal } = new AbortController();

async function read(source: string): Promise<ImageContents> {
  await using opened = await openSource(parseSource(source), { signal });
  return await readContents(opened, { signal, readers: [] });
}

function umoci(...words: readonly string[]): void {
  execFileSync('umoci', [...words], { stdio: ['ignore', 'ignore', 'pipe'] });
}

async function filesBelow(root: string, path = ''): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(root, child)));
    else if (entry.isFile()) {
      const hash = createHash('sha256');
      for await (const chunk of createReadStream(join(root, child))) hash.update(chunk as Uint8Array);
      found.push(`${child} ${hash.digest('hex')}`);
    }
  }
  return found;
}

describe('a real image of several layers', () => {
  let scratch = '';
  let layout = '';
  let truth: readonly string[] = [];
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-umoci-'));
    layout = join(scratch, 'layout');
    execFileSync('skopeo', ['copy', '-q', `oci:${await debianImage()}:latest`, `oci:${layout}:deb`]);
    const bundle = join(scratch, 'bundle');
    const root = join(bundle, 'rootfs');
    const commit = (): void => umoci('repack', '--refresh-bundle', '--image', `${layout}:deb`, bundle);
    umoci('unpack', '--image', `${layout}:deb`, bundle);
    rmSync(join(root, 'usr/share/doc'), { recursive: true });
    mkdirSync(join(root, 'opt/app'), { recursive: true });
    writeFileSync(join(root, 'opt/app/x'), 'one');
    linkSync(join(root, 'opt/app/x'), join(root, 'opt/app/same'));
    commit();
    rmSync(join(root, 'etc/apt'), { recursive: true });
    writeFileSync(join(root, 'etc/apt'), 'now a file');
    rmSync(join(root, 'etc/debian_version'));
    mkdirSync(join(root, 'etc/debian_version'));
    writeFileSync(join(root, 'etc/debian_version/inside'), 'now a directory');
    writeFileSync(join(root, 'bin/added'), 'through /bin -> usr/bin');
    commit();
    rmSync(join(root, 'opt/app/x'));
    rmSync(join(root, 'var/log'), { recursive: true });
    mkdirSync(join(root, 'var/log'));
    writeFileSync(join(root, 'var/log/new'), 'only this');
    symlinkSync('app', join(root, 'opt/link'));
    commit();
    umoci('unpack', '--image', `${layout}:deb`, join(scratch, 'unpacked'));
    truth = (await filesBelow(join(scratch, 'unpacked/rootfs'))).toSorted();
    execFileSync('skopeo', ['copy', '-q', `oci:${layout}:deb`, `oci-archive:${scratch}/oci.tar`]);
    execFileSync('skopeo', ['copy', '-q', `oci:${layout}:deb`, `docker-archive:${scratch}/docker.tar:test/deb:1`]);
    execFileSync('skopeo', [
      'copy',
      '-q',
      '--dest-compress-format',
      'zstd',
      `oci:${layout}:deb`,
      `oci:${scratch}/zstd:deb`,
    ]);
  });
  after(() => rmSync(scratch, { recursive: true }));

  for (const source of [
    'oci:layout:deb',
    'oci:zstd',
    'oci-archive:oci.tar',
    'docker-archive:docker.tar:test/deb:1',
    'dir:unpacked/rootfs',
  ]) {
    it(`${source}: every file has the sha256 that umoci's has`, async () => {
      const contents = await read(source.replace(':', `:${scratch}/`));
      const ours = contents.files.map(({ path, sha256 }) => `${path} ${sha256}`);
      assert.ok(truth.length > 1000);
      assert.deepEqual(ours.toSorted(), truth);
      if (!source.startsWith('dir:')) assert.equal(contents.layers.length, 4);
    });
  }

  it('all wrappings give one and the same file manifest', async () => {
    const sources = ['oci:layout:deb', 'oci-archive:oci.tar', 'docker-archive:docker.tar'];
    const texts = new Set<string>();
    for (const source of sources) {
      const { files, links } = await read(source.replace(':', `:${scratch}/`));
      texts.add(JSON.stringify({ files, links }));
    }
    assert.equal(texts.size, 1);
  });
});
