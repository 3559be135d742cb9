import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openRepository, openSource, type Repository } from '../../src/oci/index.ts';
import { buildImage, buildIndex, writeLayout } from '../support/image.ts';
import { codeOf, file } from '../support/read-image.ts';
import { blobOf, pushArtifact, pushImage } from '../support/repository.ts';

const signal = AbortSignal.timeout(60_000);
const image = buildImage({ layers: [{ files: [file('etc/a', 'a')] }] });
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-layout-'));
after(() => rmSync(scratch, { recursive: true }));
let count = 0;
const fresh = (): string => join(scratch, `layout-${++count}`);

async function opened(directory: string): Promise<Repository> {
  return await openRepository({ kind: 'oci', directory }, { signal, create: true });
}

interface IndexFile {
  readonly manifests: readonly { readonly digest: string; readonly annotations?: Record<string, string> }[];
}

const indexOf = (directory: string): IndexFile =>
  JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8')) as IndexFile;

describe('writing an OCI layout', () => {
  it('what is attached does not make its image ambiguous', async () => {
    const directory = fresh();
    await using layout = await opened(directory);
    await pushImage(layout, image, '1');
    await pushArtifact(layout, image.manifest, 'application/x', 'one');
    assert.equal((await layout.resolve(undefined, signal)).digest, image.manifest.digest);
    await using source = await openSource({ kind: 'oci', directory }, { signal });
    assert.equal(source.kind === 'layers' && source.identity.manifest, image.manifest.digest);
  });

  it('manifests without a tag are listed until an index lists them', async () => {
    const directory = fresh();
    const index = buildIndex([{ image, platform: { os: 'linux', architecture: 'amd64' } }]);
    await using layout = await opened(directory);
    const manifest = image.blobs.get(image.manifest.digest) ?? Buffer.alloc(0);
    for (const [digest, bytes] of image.blobs) await layout.pushBlob({ digest, size: bytes.length }, bytes, signal);
    await layout.pushManifest({ bytes: manifest, mediaType: image.manifest.mediaType }, signal);
    assert.deepEqual(
      indexOf(directory).manifests.map((one) => one.digest),
      [image.manifest.digest],
    );
    await pushImage(layout, index, '1');
    assert.deepEqual(
      indexOf(directory).manifests.map((one) => one.digest),
      [index.entries[0]?.digest],
    );
    assert.equal((await layout.resolve(image.manifest.digest, signal)).digest, image.manifest.digest);
  });

  it('what others wrote in index.json stays', async () => {
    const directory = fresh();
    await writeLayout(directory, image);
    const before = indexOf(directory);
    writeFileSync(join(directory, 'index.json'), JSON.stringify({ ...before, annotations: { k: 'v' }, future: [1] }));
    await using layout = await opened(directory);
    await pushImage(layout, buildImage({ layers: [{ files: [file('etc/b')] }] }), 'other');
    const now = indexOf(directory) as IndexFile & { readonly annotations: unknown; readonly future: unknown };
    assert.deepEqual(now.manifests[0], before.manifests[0]);
    assert.deepEqual([now.annotations, now.future], [{ k: 'v' }, [1]]);
  });

  it('without a layout there, and nobody to make one: not found', async () => {
    assert.equal(await codeOf(openRepository({ kind: 'oci', directory: fresh() }, { signal })), 'not-found');
    assert.equal(await codeOf(openRepository({ kind: 'dir', directory: scratch }, { signal })), 'usage');
  });

  it('a lock whose holder has ended is taken away, one that is held is waited for', async () => {
    const directory = fresh();
    await using layout = await opened(directory);
    const lock = join(directory, 'index.json.lock');
    const ended = spawn('true');
    await once(ended, 'exit');
    writeFileSync(lock, `${ended.pid} ${hostname()} 0.1\n`);
    await pushImage(layout, image, '1');
    // The same pid, and another process.
    writeFileSync(lock, `${process.pid} ${hostname()} 1\n`);
    await pushImage(layout, image, '1');
    const start = readFileSync('/proc/self/stat', 'utf8').split(' ')[21];
    writeFileSync(lock, `${process.pid} ${hostname()} ${start}\n`);
    const pushing = pushImage(layout, image, '2');
    const first = await Promise.race([pushing.then(() => 'pushed'), sleep(200, 'waiting')]);
    assert.equal(first, 'waiting');
    rmSync(lock);
    await pushing;
    const off = AbortSignal.timeout(50);
    writeFileSync(lock, '1 elsewhere 1\n');
    await assert.rejects(
      pushImage(layout, image, '3', off),
      (error) => error === off.reason || (error as Error).name === 'AbortError',
    );
    rmSync(lock);
  });

  it('a blob that breaks off leaves nothing behind', async () => {
    const directory = fresh();
    await using layout = await opened(directory);
    const bytes = Buffer.from('whole');
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(bytes.subarray(0, 2));
      throw new Error('broke off');
    };
    await assert.rejects(layout.pushBlob(blobOf(bytes), broken, signal), /broke off/);
    assert.equal(await layout.size(blobOf(bytes).digest, signal), undefined);
    assert.deepEqual(readdirSync(directory).sort(), ['blobs', 'index.json', 'oci-layout']);
  });

  it('two processes that write at once lose nothing, and one that is killed breaks nothing', async () => {
    const directory = fresh();
    await using layout = await opened(directory);
    await pushImage(layout, image, '1');
    const writer = new URL('layout-writer.ts', import.meta.url).pathname;
    const start = (who: string) =>
      spawn(process.execPath, [writer, directory, who], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [one, two, killed] = [start('one'), start('two'), start('killed')];
    const written = new Map<string, string[]>();
    for (const [who, child] of Object.entries({ one, two, killed })) {
      const lines: string[] = [];
      written.set(who, lines);
      child.stdout
        .setEncoding('utf8')
        .on('data', (text: string) => lines.push(...text.split('\n').filter((line) => line !== '')));
    }
    const ended = [one, two, killed].map((child) => once(child, 'close'));
    await Promise.race([once(killed.stdout, 'data'), ended[2]]);
    killed.kill('SIGKILL');
    await Promise.all(ended);
    const found = new Set(
      (await layout.referrers(image.manifest.digest, signal)).map((referrer) => referrer.digest as string),
    );
    assert.equal(written.get('one')?.length, 8);
    assert.equal(written.get('two')?.length, 8);
    // Also what the killed one had been told is there.
    for (const digest of [...written.values()].flat()) assert.ok(found.has(digest));
    for (const digest of found) await layout.manifest(digest, signal);
  });

  it('an index.json that is malformed, and blobs that are no files, are errors and stay as they are', async () => {
    const directory = fresh();
    await using layout = await opened(directory);
    await pushImage(layout, image, '1');
    const path = join(directory, 'blobs', 'sha256', image.manifest.digest.slice(7));
    rmSync(path);
    symlinkSync('/dev/zero', path);
    assert.equal(await codeOf(layout.resolve('1', signal)), 'source-unreadable');
    writeFileSync(join(directory, 'index.json'), '{"manifests":5}');
    assert.equal(await codeOf(layout.resolve('1', signal)), 'oci-malformed');
    assert.equal(await codeOf(pushArtifact(layout, image.manifest, 'application/x', 'one')), 'oci-malformed');
    assert.equal(readFileSync(join(directory, 'index.json'), 'utf8'), '{"manifests":5}');
  });
});
