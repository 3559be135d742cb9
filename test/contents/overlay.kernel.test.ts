import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startContainerd, type TestContainerd } from '../support/containerd.ts';
import { buildImage, writeLayout } from '../support/image.ts';
import { overlayCases } from './overlay-cases.ts';

/** What the kernel's overlayfs shows of each case, as containerd unpacks and mounts it. */
function shown(directory: string, path = ''): readonly string[] {
  return readdirSync(join(directory, path), { withFileTypes: true }).flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) return shown(directory, child);
    if (entry.isSymbolicLink()) return [`${child}->${readlinkSync(join(directory, child))}`];
    return entry.isFile() ? [`${child}=${readFileSync(join(directory, child), 'utf8')}`] : [];
  });
}

describe('containerd and overlayfs show the same of each case', () => {
  let scratch = '';
  let containerd: TestContainerd | undefined;
  before(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'holdfast-overlay-'));
    containerd = await startContainerd();
  });
  after(async () => {
    await containerd?.stop();
    rmSync(scratch, { recursive: true });
  });

  for (const [index, { what, layers, shows, containerd: differs }] of overlayCases.entries()) {
    it(what, async () => {
      if (containerd === undefined) throw new Error('containerd did not start');
      const name = `case${index}`;
      const layout = join(scratch, name);
      const mountpoint = join(scratch, `${name}-mount`);
      mkdirSync(mountpoint);
      await writeLayout(layout, buildImage({ layers: layers.map((files) => ({ files })) }));
      const ref = `docker.io/library/${name}:latest`;
      await containerd.importImage(layout, ref, { noUnpack: true });
      const refused = differs === 'refuses' || (typeof shows === 'string' && differs === undefined);
      const { code, stderr } = await containerd.try(['images', 'mount', ref, mountpoint]);
      if (code !== 0) {
        assert.ok(refused, stderr);
        return;
      }
      try {
        assert.ok(!refused, 'containerd takes it');
        const seen = shown(mountpoint).toSorted();
        if (typeof shows !== 'string') assert.deepEqual(seen, shows.toSorted());
        else assert.notDeepEqual(seen, []);
      } finally {
        await containerd.ctr('images', 'unmount', mountpoint);
      }
    });
  }
});
