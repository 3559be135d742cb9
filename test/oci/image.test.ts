import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import {
  digestOf,
  type ImageIdentity,
  imageFrom,
  openSource,
  parseDocument,
  parsePlatform,
  parseSource,
  verified,
} from '../../src/oci/index.ts';
import {
  buildImage,
  buildIndex,
  type TestDescriptor,
  type TestImage,
  writeDockerArchive,
  writeLayout,
  writeOciArchive,
} from '../support/image.ts';
import { codeOf, file, memoryStore } from '../support/read-image.ts';
import { tarOf } from '../support/tar.ts';

const { signal } = new AbortController();
const amd64 = { os: 'linux', architecture: 'amd64' } as const;
const arm64 = { os: 'linux', architecture: 'arm64' } as const;

function image(
  name: string,
  platform: { os: string; architecture: string; variant?: string } = amd64,
  tag = 'latest',
): TestImage {
  return buildImage({ layers: [{ files: [file(name)] }], platform, tag });
}

async function opened(built: TestImage, platform?: string, entry: TestDescriptor | undefined = built.entries[0]) {
  if (entry === undefined) throw new Error('no entry');
  const { platform: _platform, ...descriptor } = entry;
  const wanted = platform === undefined ? {} : { platform: parsePlatform(platform) };
  return await imageFrom(
    memoryStore(built),
    { ...descriptor, annotations: entry.annotations ?? {} },
    { signal, ...wanted },
  );
}

describe('which image a name means', () => {
  const one = image('one');
  const two = image('two', arm64);

  it('a manifest: its digest and the config’s, no index', async () => {
    const { identity } = await opened(one);
    assert.deepEqual(identity, { manifest: one.manifest.digest, config: one.configDigest });
  });

  it('an index: all three digests, by platform', async () => {
    const index = buildIndex([
      { image: one, platform: amd64 },
      { image: two, platform: arm64 },
    ]);
    for (const [platform, wanted] of [
      ['linux/amd64', one],
      ['linux/arm64', two],
      ['linux/arm64/v8', two],
    ] as const) {
      const { identity } = await opened(index, platform);
      assert.deepEqual(identity, {
        index: index.entries[0]?.digest,
        manifest: wanted.manifest.digest,
        config: wanted.configDigest,
      });
    }
    assert.equal(await codeOf(opened(index, 'linux/s390x')), 'platform-not-found');
    assert.equal(await codeOf(opened(index, 'linux/arm64/v9')), 'platform-not-found');
  });

  it('an index within an index keeps the outer digest', async () => {
    const inner = buildIndex([{ image: two, platform: arm64 }]);
    const outer = buildIndex([{ image: inner }]);
    const { identity } = await opened(outer, 'linux/arm64');
    assert.equal(identity.index, outer.entries[0]?.digest);
    assert.equal(identity.manifest, two.manifest.digest);
  });

  it('an index that names no platforms is told by the configs', async () => {
    const index = buildIndex([{ image: one }, { image: two }]);
    assert.equal((await opened(index, 'linux/arm64')).identity.manifest, two.manifest.digest);
  });

  it('indexes nested too deep are refused', async () => {
    let nested = buildIndex([{ image: one, platform: amd64 }]);
    for (let depth = 0; depth < 6; depth++) nested = buildIndex([{ image: nested }]);
    assert.equal(await codeOf(opened(nested, 'linux/amd64')), 'oci-limit');
  });

  it('a platform asked for must be the image’s', async () => {
    assert.equal(await codeOf(opened(one, 'linux/arm64')), 'platform-not-found');
    assert.equal((await opened(two)).config.platform.architecture, 'arm64');
  });
});

function layerOf(mediaType: string): TestImage {
  return buildImage({ layers: [{ files: [file('x')], compression: 'none', mediaType }] });
}

describe('what manifests may say', () => {
  const cases = [
    ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'no error'],
    ['application/vnd.oci.image.layer.v1.tar', 'no error'],
    ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', 'layer-foreign'],
    ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'layer-foreign'],
    ['application/vnd.cncf.helm.chart.content.v1.tar+gzip', 'media-type-unsupported'],
  ] as const;
  for (const [mediaType, code] of cases) {
    it(`a layer of ${mediaType}: ${code}`, async () => assert.equal(await codeOf(opened(layerOf(mediaType))), code));
  }

  it('fewer diff_ids than layers, and the reverse, are refused', async () => {
    const built = image('x');
    const config = Buffer.from(JSON.stringify({ ...amd64, rootfs: { type: 'layers', diff_ids: [] } }));
    const bad = replaceConfig(built, config);
    assert.equal(await codeOf(opened(bad)), 'oci-malformed');
  });

  it('documents that are none end in a typed error', () => {
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const words = ['', '[]', 'null', '{}', '{"manifests":[],"layers":[]}', '{"config":{}}', '"x"', '{"mediaType":"y"}'];
    const inputs = fc.oneof(
      fc.constantFrom(...words).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 300 }),
      fc.json().map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(inputs, (bytes) =>
        assert.throws(
          () => parseDocument(bytes, type, 'test'),
          (error) => error instanceof HoldfastError,
        ),
      ),
    );
    const deep = Buffer.from(`{"a":${'['.repeat(100)}${']'.repeat(100)}}`);
    assert.throws(() => parseDocument(deep, type, 'test'), { code: 'oci-limit' });
  });
});

function replaceConfig(built: TestImage, config: Uint8Array): TestImage {
  const parsed = JSON.parse(Buffer.from(built.blobs.get(built.manifest.digest) ?? []).toString('utf8')) as Record<
    string,
    unknown
  >;
  const descriptor = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: digestOf(config),
    size: config.length,
  };
  const manifest = Buffer.from(JSON.stringify({ ...parsed, config: descriptor }));
  const entry = { ...built.manifest, digest: digestOf(manifest), size: manifest.length };
  return {
    ...built,
    blobs: new Map([...built.blobs, [descriptor.digest, config], [entry.digest, manifest]]),
    entries: [entry],
  };
}

describe('verified blobs', () => {
  const bytes = Buffer.from('some bytes');
  const digest = digestOf(bytes);
  const read = async (chunks: readonly Uint8Array[], size = bytes.length): Promise<void> => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* chunks;
    }
    for await (const _ of verified(source(), { digest, size }, 'test'));
  };
  it('pass when whole', async () =>
    assert.equal(await codeOf(read([bytes.subarray(0, 3), bytes.subarray(3)])), 'no error'));
  it('too short', async () => assert.equal(await codeOf(read([bytes.subarray(1)])), 'blob-size'));
  it('too long', async () => assert.equal(await codeOf(read([bytes, bytes])), 'blob-size'));
  it('other bytes', async () => assert.equal(await codeOf(read([Buffer.from('same bytes')])), 'digest-mismatch'));

  it('a manifest, config or layer with one byte changed is never believed', async () => {
    const built = image('x');
    for (const [digestOfBlob, blob] of built.blobs) {
      const copy = Buffer.from(blob);
      copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
      const broken = { ...built, blobs: new Map([...built.blobs, [digestOfBlob, copy]]) };
      const work = async (): Promise<void> => {
        const source = await opened(broken);
        for (const layer of source.layers) for await (const _ of layer.open(signal));
      };
      assert.equal(await codeOf(work()), 'digest-mismatch');
    }
  });
});

async function open(text: string): Promise<ImageIdentity> {
  await using source = await openSource(parseSource(text), { signal });
  if (source.kind !== 'layers') return {};
  for (const layer of source.layers) for await (const _ of layer.open(signal));
  return source.identity;
}

describe('sources on disk', () => {
  let scratch = '';
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), 'holdfast-oci-'));
  });
  after(() => rm(scratch, { recursive: true }));

  it('a layout, an oci-archive and a docker-archive of one image agree', async () => {
    const built = image('x');
    await writeLayout(join(scratch, 'layout'), built);
    await writeOciArchive(join(scratch, 'oci.tar'), built);
    await writeDockerArchive(join(scratch, 'docker.tar'), built, ['test/x:latest']);
    const whole = { manifest: built.manifest.digest, config: built.configDigest };
    assert.deepEqual(await open(`oci:${scratch}/layout`), whole);
    assert.deepEqual(await open(`oci:${scratch}/layout:latest`), whole);
    assert.deepEqual(await open(`oci:${scratch}/layout@${built.manifest.digest}`), whole);
    assert.deepEqual(await open(`oci-archive:${scratch}/oci.tar`), whole);
    assert.deepEqual(await open(`docker-archive:${scratch}/docker.tar`), { config: built.configDigest });
    assert.deepEqual(await open(`docker-archive:${scratch}/docker.tar:test/x`), { config: built.configDigest });
    assert.equal(await codeOf(open(`oci:${scratch}/layout:other`)), 'not-found');
    assert.equal(await codeOf(open(`docker-archive:${scratch}/docker.tar:other`)), 'not-found');
    assert.equal(await codeOf(open(`docker-archive:${scratch}/oci.tar`)), 'oci-malformed');
    assert.equal(await codeOf(open(`oci-archive:${scratch}/docker.tar`)), 'oci-malformed');
  });

  it('several images and no name is ambiguous; a name decides', async () => {
    const one = image('one', amd64, 'v1');
    const two = image('two', amd64, 'v2');
    const both = { ...one, blobs: new Map([...one.blobs, ...two.blobs]), entries: [...one.entries, ...two.entries] };
    await writeLayout(join(scratch, 'two'), both);
    assert.equal(await codeOf(open(`oci:${scratch}/two`)), 'source-ambiguous');
    assert.deepEqual(await open(`oci:${scratch}/two:v2`), { manifest: two.manifest.digest, config: two.configDigest });
  });

  it('a docker-archive whose config is not what its name says is refused', async () => {
    const built = image('x');
    const other = { ...built, blobs: new Map([...built.blobs, [built.configDigest, Buffer.from('{}')]]) };
    await writeDockerArchive(join(scratch, 'lie.tar'), other);
    assert.equal(await codeOf(open(`docker-archive:${scratch}/lie.tar`)), 'digest-mismatch');
  });

  it('what is not there or is no image ends in its own code', async () => {
    await writeFile(join(scratch, 'packed.tar.gz'), gzipSync(tarOf([file('a')])));
    await writeFile(join(scratch, 'cut.tar'), tarOf([{ path: 'a', content: 'x'.repeat(2000) }]).subarray(0, 1000));
    await writeFile(join(scratch, 'text'), 'hello');
    await symlink('/dev/zero', join(scratch, 'zero'));
    const cases = [
      ['oci:absent', 'not-found'],
      ['oci-archive:absent', 'not-found'],
      ['dir:absent', 'not-found'],
      ['dir:text', 'source-unreadable'],
      ['oci-archive:zero', 'source-unreadable'],
      ['oci-archive:packed.tar.gz', 'archive-compressed'],
      ['docker-archive:cut.tar', 'tar-truncated'],
      ['docker-archive:text', 'tar-truncated'],
    ] as const;
    for (const [text, code] of cases) assert.equal(await codeOf(open(text.replace(':', `:${scratch}/`))), code, text);
    assert.equal(await codeOf(open('containerd:x')), 'usage');
  });

  it('a layer that is gone is blob-missing', async () => {
    const built = image('x');
    const [layer] = built.layers;
    const blobs = new Map([...built.blobs].filter(([digest]) => digest !== layer?.digest));
    await writeLayout(join(scratch, 'gone'), { ...built, blobs });
    assert.equal(await codeOf(open(`oci:${scratch}/gone`)), 'blob-missing');
  });

  it('an archive cut anywhere never opens whole', async () => {
    const built = image('x');
    await writeOciArchive(join(scratch, 'whole.tar'), built);
    const bytes = await readFile(join(scratch, 'whole.tar'));
    // The last 1024 bytes only close it.
    for (let cut = 0; cut < bytes.length - 1024; cut += 97) {
      await writeFile(join(scratch, 'short.tar'), bytes.subarray(0, cut));
      const code = await codeOf(open(`oci-archive:${scratch}/short.tar`));
      // Zeros that fill the last block may be missing: the bytes of every blob are still there.
      const padding = bytes.subarray(cut, bytes.length).every((byte) => byte === 0);
      if (!padding) assert.notEqual(code, 'no error', `cut at ${cut}`);
    }
  });
});
