import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type ImageTree, readImageTree } from '../../src/contents/index.ts';
import { type WriteRequest, type Written, writeHardened } from '../../src/harden/write/index.ts';
import {
  type Digest,
  digestOf,
  hexOf,
  imageFrom,
  type LayeredSource,
  openRepository,
  type Repository,
  type TarEntry,
  type TarHeader,
  TarStream,
  tarHeader,
} from '../../src/oci/index.ts';
import { buildImage, type TestImage, type TestLayer } from '../support/image.ts';
import { codeOf, file, memoryStore } from '../support/read-image.ts';
import { seal, tarOf } from '../support/tar.ts';

const signal = new AbortController().signal;
let scratch = '';
let temporary: string | undefined;
let layout = '';
let repository: Repository;

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'write-test-'));
  // What is written to disk meanwhile lies here, where nobody else's lies.
  temporary = process.env['TMPDIR'];
  process.env['TMPDIR'] = await mkdtemp(join(scratch, 'tmp-'));
  layout = join(scratch, 'layout');
  repository = await openRepository({ kind: 'oci', directory: layout }, { signal, create: true });
});
after(async () => {
  if (temporary === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = temporary;
  await repository[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

interface Opened {
  readonly image: TestImage;
  readonly source: LayeredSource;
  readonly tree: ImageTree;
}

async function opened(layers: readonly TestLayer[], config?: Readonly<Record<string, unknown>>): Promise<Opened> {
  const image = buildImage({ layers, ...(config === undefined ? {} : { config }) });
  const [target] = image.entries;
  assert.ok(target !== undefined);
  const { mediaType, digest, size } = target;
  const source = await imageFrom(memoryStore(image), { mediaType, digest, size, annotations: {} }, { signal });
  assert.equal(source.kind, 'layers');
  return { image, source, tree: await readImageTree(source, { signal, readers: [] }) };
}

function requestOf({ image, source, tree }: Opened, more: Partial<WriteRequest> = {}): WriteRequest {
  return {
    source,
    tree,
    config: image.blobs.get(image.configDigest) ?? Buffer.alloc(0),
    annotations: {},
    labels: {},
    isKept: () => true,
    replaced: new Map(),
    comment: 'cut by a test',
    repository,
    signal,
    ...more,
  };
}

async function blob(digest: Digest): Promise<Buffer> {
  return await readFile(join(layout, 'blobs', 'sha256', hexOf(digest)));
}

interface Read extends TarEntry {
  readonly content: string;
}

/** The new layer's entries by name. */
async function entriesOf(written: Written): Promise<ReadonlyMap<string, Read>> {
  const found = new Map<string, Read>();
  let entry: TarEntry | undefined;
  let content = '';
  const stream = new TarStream(
    {
      entry(next) {
        entry = next;
        content = '';
      },
      data(bytes) {
        content += Buffer.from(bytes).toString('latin1');
      },
      entryEnd() {
        assert.ok(entry !== undefined);
        found.set(Buffer.from(entry.name).toString('latin1'), { ...entry, content });
      },
    },
    'the new layer',
  );
  stream.push(gunzipSync(await blob(written.layer.digest)));
  stream.end();
  return found;
}

/** The result as an image of its own. */
async function readBack(written: Written): Promise<ImageTree> {
  const source = await imageFrom(repository, written.manifest, { signal });
  return await readImageTree(source, { signal, readers: [] });
}

/** Files without the layer they lie in, which is always the one. */
function filesIn({ contents }: ImageTree): readonly (readonly unknown[])[] {
  return contents.files.map(({ path, sha256, size, mode }) => [path, sha256, size, mode]);
}

const layered: readonly TestLayer[] = [
  {
    files: [
      { path: 'etc/', mode: 0o700 },
      file('etc/upper', 'old'),
      file('etc/gone', 'hidden by a whiteout'),
      { path: 'bin/tool', content: 'tool', mode: 0o4755 },
      file('data/below', 'hidden by an opaque directory'),
      { path: 'bin/sh', target: '/bin/tool' },
      { path: 'a-b', content: 'sorts between a and a/…' },
      file('a/c', 'c'),
      { path: 'empty/', mode: 0o1777 },
      { path: 'cut/' },
    ],
  },
  {
    files: [
      file('etc/upper', 'new and longer'),
      file('etc/.wh.gone', ''),
      file('data/.wh..wh..opq', ''),
      file('data/x'),
    ],
    compression: 'zstd',
  },
];

function pathsIn({ entries }: ImageTree): readonly string[] {
  return entries.map(({ path, kind }) => `${kind} ${path}`);
}

test('all kept: the same files, links and modes, in one layer', async () => {
  const image = await opened(layered);
  const written = await writeHardened(requestOf(image));
  const result = await readBack(written);
  assert.deepEqual(filesIn(result), filesIn(image.tree));
  assert.equal(written.files, image.tree.contents.files.length);
  assert.deepEqual(pathsIn(result), pathsIn(image.tree));
  assert.ok(!pathsIn(result).some((one) => /gone|below|\.wh\./.test(one)));
  assert.deepEqual(
    result.contents.links.map(({ path, target }) => [path, target]),
    [['/bin/sh', '/bin/tool']],
  );
  assert.deepEqual(result.contents.problems, []);
  assert.equal(result.contents.layers.length, 1);
  const entries = await entriesOf(written);
  assert.equal(entries.get('etc/upper')?.content, 'new and longer');
  assert.equal(entries.get('etc/')?.mode, 0o700);
  assert.equal(entries.get('empty/')?.mode, 0o1777);
  assert.equal(entries.get('bin/')?.mode, 0o755, 'no entry made it');
  assert.deepEqual([...entries.keys()].slice(0, 5), ['./', 'a/', 'a-b', 'a/c', 'bin/']);
});

test('what is cut is not there, and what is kept keeps the directories above it', async () => {
  const image = await opened(layered);
  const kept = new Set(['/etc/upper', '/bin/sh', '/empty']);
  const asked: string[] = [];
  const isKept = (path: string): boolean => {
    asked.push(path);
    return kept.has(path);
  };
  const written = await writeHardened(requestOf(image, { isKept }));
  const entries = await entriesOf(written);
  assert.deepEqual([...entries.keys()], ['./', 'bin/', 'bin/sh', 'empty/', 'etc/', 'etc/upper']);
  assert.equal(entries.get('etc/')?.mode, 0o700);
  assert.equal(written.files, 1);
  assert.deepEqual(
    asked,
    image.tree.entries.map(({ path }) => path),
  );
});

test('nothing kept is a root alone', async () => {
  const written = await writeHardened(requestOf(await opened(layered), { isKept: () => false }));
  assert.deepEqual([...(await entriesOf(written)).keys()], ['./']);
  assert.equal(written.files, 0);
});

test('the same request twice is the same bytes; no time of ours is in them', async () => {
  const image = await opened(layered);
  const replaced = new Map([['/etc/upper', Buffer.from('replaced')]]);
  const [one, other] = [
    await writeHardened(requestOf(image, { replaced, labels: { a: '1', b: '2' }, annotations: { c: '3', d: '4' } })),
    await writeHardened(requestOf(image, { replaced, labels: { b: '2', a: '1' }, annotations: { d: '4', c: '3' } })),
  ];
  assert.deepEqual(one, other);
  const bytes = await blob(one.layer.digest);
  assert.equal(digestOf(bytes), one.layer.digest);
  assert.equal(bytes.length, one.layer.size);
  const plain = gunzipSync(bytes);
  assert.equal(digestOf(plain), one.layer.diffId);
  assert.equal(plain.length, one.layer.uncompressed);
  assert.equal(bytes.subarray(0, 10).toString('hex'), '1f8b08000000000000ff');
});

test('layers cut otherwise and chunks cut otherwise give the same layer', async () => {
  const files = [file('a', 'a'.repeat(3 << 20)), file('b', 'b'.repeat(700)), file('c', '')];
  const one = await writeHardened(requestOf(await opened([{ files }])));
  const split = files.map((single) => ({ files: [single], compression: 'none' as const })).toReversed();
  const other = await writeHardened(requestOf(await opened(split)));
  assert.equal(other.layer.digest, one.layer.digest);
});

test('owner, time, attributes, devices and fifos stay', async () => {
  const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
  const pax = {
    'SCHILY.xattr.security.capability': capability,
    'SCHILY.xattr.user.text': 'a=b\nc',
    mtime: '1700000000.9',
  };
  const image = await opened([
    {
      files: [
        { path: 'ping', content: 'ping', mode: 0o755, pax: { ...pax, uid: '1000', gid: '3000000000' } },
        { path: 'ping2', kind: 'hard-link', target: 'ping' },
        { path: 'log/', mode: 0o750, pax: { uid: '33', gid: '4', mtime: '99999999999' } },
        { path: 'dev/tty', kind: 'character-device', device: [5, 0], mode: 0o666 },
        { path: 'dev/disk', kind: 'block-device', device: [259, 1_048_575] },
        { path: 'pipe', kind: 'fifo', mode: 0o622 },
        { path: 'pipe2', kind: 'hard-link', target: 'pipe' },
        { path: 'link', target: 'ping', pax: { uid: '7', 'SCHILY.xattr.trusted.x': 'y' } },
      ],
    },
  ]);
  const entries = await entriesOf(await writeHardened(requestOf(image)));
  for (const name of ['ping', 'ping2']) {
    const { uid, gid, modified, mode, attributes } = entries.get(name) ?? assert.fail(name);
    assert.deepEqual(
      { uid, gid, modified, mode },
      { uid: 1000, gid: 3_000_000_000, modified: 1_700_000_000, mode: 0o755 },
    );
    assert.deepEqual(
      [...attributes].map(([key, value]) => [key, Buffer.from(value).toString('hex')]),
      [
        ['security.capability', capability.toString('hex')],
        ['user.text', Buffer.from('a=b\nc').toString('hex')],
      ],
    );
  }
  const { uid, gid, modified, mode } = entries.get('log/') ?? assert.fail('log/');
  assert.deepEqual({ uid, gid, modified, mode }, { uid: 33, gid: 4, modified: 99_999_999_999, mode: 0o750 });
  const short = (name: string) => [entries.get(name)?.kind, entries.get(name)?.device, entries.get(name)?.mode];
  assert.deepEqual(short('dev/tty'), ['character-device', { major: 5, minor: 0 }, 0o666]);
  assert.deepEqual(short('dev/disk'), ['block-device', { major: 259, minor: 1_048_575 }, 0o644]);
  assert.deepEqual(short('pipe'), ['fifo', { major: 0, minor: 0 }, 0o622]);
  assert.equal(entries.get('pipe2')?.kind, 'hard-link');
  assert.equal(entries.get('link')?.uid, 7);
  assert.equal(entries.get('link')?.attributes.size, 1);
});

test('an owner that is no number is 0', async () => {
  const tar = tarOf([file('odd')]);
  tar.write('what?\0', 108, 'latin1');
  seal(tar.subarray(0, 512));
  const entry = (await entriesOf(await writeHardened(requestOf(await opened([{ tar }]))))).get('odd');
  assert.deepEqual([entry?.uid, entry?.gid, entry?.modified, entry?.content], [0, 0, 0, 'odd']);
});

test('long names, names at the edge of ustar and names that are no UTF-8 stay byte for byte', async () => {
  const raw = Buffer.from([0x66, 0xff, 0xfe, 0x2e, 0xc3, 0xa4]);
  const edges = [99, 100, 101].map((length) => `e/${'x'.repeat(length - 2)}`);
  const long = `long/${'n'.repeat(255)}/${'m'.repeat(255)}`;
  const rawLong = Buffer.concat([Buffer.from('raw/'), Buffer.alloc(200, 0xe9)]);
  const target = `../${'t'.repeat(300)}`;
  const image = await opened([
    {
      files: [
        ...edges.map((path) => file(path)),
        file(long, 'long'),
        { path: raw, content: 'raw' },
        { path: rawLong, content: 'raw and long' },
        { path: 'far', target },
        { path: 'hard', kind: 'hard-link', target: long },
        { path: `${'d'.repeat(120)}/` },
      ],
    },
  ]);
  const written = await writeHardened(requestOf(image));
  const entries = await entriesOf(written);
  for (const name of [...edges, long, raw.toString('latin1'), rawLong.toString('latin1'), `${'d'.repeat(120)}/`])
    assert.ok(entries.has(name), name);
  assert.equal(Buffer.from(entries.get('far')?.linkName ?? []).toString(), target);
  // Of the two names, `hard` comes first and holds the bytes.
  assert.equal(entries.get('hard')?.content, 'long');
  assert.equal(Buffer.from(entries.get(long)?.linkName ?? []).toString(), 'hard');
  assert.deepEqual(filesIn(await readBack(written)), filesIn(image.tree));
});

const linked: readonly TestLayer[] = [
  {
    files: [
      file('z/first', 'shared'),
      { path: 'm', kind: 'hard-link', target: 'z/first' },
      { path: 'b/n', kind: 'hard-link', target: 'm' },
    ],
  },
  { files: [{ path: 'a/across', kind: 'hard-link', target: 'z/first' }] },
];

/** Name, kind and bytes or target of all but directories. */
async function shapeOf(written: Written): Promise<readonly (readonly string[])[]> {
  const entries = [...(await entriesOf(written))].filter(([, { kind }]) => kind !== 'directory');
  return entries.map(([name, { kind, content, linkName }]) => [name, kind, content + Buffer.from(linkName).toString()]);
}

test('hard links: the first kept path holds the bytes, the others are links to it', async () => {
  const image = await opened(linked);
  assert.deepEqual(await shapeOf(await writeHardened(requestOf(image))), [
    ['a/across', 'file', 'shared'],
    ['b/n', 'hard-link', 'a/across'],
    ['m', 'hard-link', 'a/across'],
    ['z/first', 'hard-link', 'a/across'],
  ]);
  const cut = await writeHardened(requestOf(image, { isKept: (path) => path === '/m' || path === '/z/first' }));
  assert.deepEqual(await shapeOf(cut), [
    ['m', 'file', 'shared'],
    ['z/first', 'hard-link', 'm'],
  ]);
  assert.equal(cut.files, 2);
  const one = await writeHardened(requestOf(image, { isKept: (path) => path === '/z/first' }));
  assert.deepEqual(await shapeOf(one), [['z/first', 'file', 'shared']]);
});

test('a replaced file has other bytes and is else as it was; its hard links keep theirs', async () => {
  const files = [
    { path: 'status', content: 'three packages', mode: 0o640, pax: { uid: '5', mtime: '77' } },
    { path: 'other', kind: 'hard-link', target: 'status' },
    { path: 'cut', content: 'cut' },
  ] as const;
  const replaced = new Map([
    ['/status', Buffer.from('one')],
    ['/cut', Buffer.from('never written')],
  ]);
  const image = await opened([{ files }]);
  const written = await writeHardened(requestOf(image, { replaced, isKept: (path) => path !== '/cut' }));
  assert.deepEqual(await shapeOf(written), [
    ['other', 'file', 'three packages'],
    ['status', 'file', 'one'],
  ]);
  const { mode, uid, modified } = (await entriesOf(written)).get('status') ?? assert.fail();
  assert.deepEqual({ mode, uid, modified }, { mode: 0o640, uid: 5, modified: 77 });
  const wrong = new Map([['/absent', Buffer.from('')]]);
  assert.equal(await codeOf(writeHardened(requestOf(image, { replaced: wrong }))), 'internal');
});

test('the config stays but for layers, history and labels; the manifest is one of OCI', async () => {
  const image = await opened([{ files: [file('a/b')] }], { Cmd: ['/a/b'], Labels: { kept: 'yes', over: 'old' } });
  const old = JSON.parse(Buffer.from(requestOf(image).config).toString('utf8')) as Record<string, unknown>;
  const created = '2024-05-06T07:08:09.5Z';
  const config = Buffer.from(
    JSON.stringify({ ...old, created, docker_version: '27', x: { y: [1] }, history: [{}, {}] }),
  );
  const labels = { over: 'new', 'dev.example': 'label' };
  const source = { ...image.source, config: { ...image.source.config, created } };
  const request = requestOf({ ...image, source }, { config, labels, annotations: { b: '2', a: '1' }, tag: 'hard' });
  const written = await writeHardened(request);
  assert.deepEqual(JSON.parse((await blob(written.config)).toString('utf8')), {
    os: 'linux',
    architecture: 'amd64',
    created,
    docker_version: '27',
    x: { y: [1] },
    config: { Cmd: ['/a/b'], Labels: { kept: 'yes', over: 'new', 'dev.example': 'label' } },
    rootfs: { type: 'layers', diff_ids: [written.layer.diffId] },
    history: [{ created, created_by: 'holdfast harden', comment: 'cut by a test' }],
  });
  const stored = await repository.manifest('hard', signal);
  assert.equal(stored.descriptor.digest, written.manifest.digest);
  assert.deepEqual(JSON.parse(Buffer.from(stored.bytes).toString('utf8')), {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: written.config,
      size: (await blob(written.config)).length,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: written.layer.digest,
        size: written.layer.size,
      },
    ],
    annotations: { a: '1', b: '2' },
  });
  assert.equal((await entriesOf(written)).get('a/')?.modified, Date.parse('2024-05-06T07:08:09Z') / 1000);
});

test('a config that others would read differently is refused', async () => {
  const image = await opened([{ files: [file('a')] }]);
  const write = (text: string) =>
    codeOf(writeHardened(requestOf(image, { config: Buffer.from(text), labels: { a: 'b' } })));
  assert.equal(await write('{"RootFS":{"diff_ids":[]}}'), 'oci-malformed');
  assert.equal(await write('{"rootfs":{},"rootfs":{}}'), 'oci-malformed');
  assert.equal(await write('{"config":{"labels":{}}}'), 'oci-malformed');
  assert.equal(await write('{"config":[]}'), 'oci-malformed');
  assert.equal(await write('no JSON'), 'oci-malformed');
  assert.equal(await write(`${'['.repeat(100)}${']'.repeat(100)}`), 'oci-limit');
  assert.equal(await write('{"config":null}'), 'no error');
});

test("Debian's tar reads the layer", async () => {
  const image = await opened([
    ...layered,
    ...linked,
    {
      files: [
        { path: `long/${'n'.repeat(250)}/${'m'.repeat(49)}`, content: 'long', pax: { uid: '3000000', gid: '4' } },
        { path: 'dev/tty', kind: 'character-device', device: [5, 7] },
        { path: 'pipe', kind: 'fifo' },
        { path: 'cap', content: 'x', pax: { 'SCHILY.xattr.security.capability': Buffer.from([1, 0, 0, 2]) } },
      ],
    },
  ]);
  const written = await writeHardened(requestOf(image));
  const archive = join(scratch, 'layer.tar.gz');
  await writeFile(archive, await blob(written.layer.digest));
  const options = ['--numeric-owner', '--xattrs', '--xattrs-include=*', '--utc', '-tvzf', archive];
  const told = execFileSync('tar', options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const listing = told.replaceAll(/ +/g, ' ');
  assert.equal(listing.trimEnd().split('\n').length, image.tree.entries.length);
  assert.match(listing, /^drwx------ 0\/0 .* etc\/$/m);
  assert.match(listing, /^-rwsr-xr-x 0\/0 4 .* bin\/tool$/m);
  assert.match(listing, /^lrw.* bin\/sh -> \/bin\/tool$/m);
  assert.match(listing, /^hrw.* z\/first link to a\/across$/m);
  assert.match(listing, /^crw-r--r-- 0\/0 5,7 .* dev\/tty$/m);
  assert.match(listing, /^prw.* pipe$/m);
  assert.match(listing, /^-rw-r--r--\* 0\/0 1 .* cap$/m);
  assert.match(listing, /^-rw-r--r-- 3000000\/4 4 .* long\/n{250}\/m{49}$/m);
  assert.equal(execFileSync('tar', ['-xOzf', archive, 'etc/upper'], { encoding: 'utf8' }), 'new and longer');
});

const plain = {
  kind: 'file',
  name: Buffer.from('a'),
  linkName: Buffer.alloc(0),
  mode: 0o644,
  size: 0,
  uid: 0,
  gid: 0,
  modified: 0,
  device: { major: 0, minor: 0 },
  attributes: new Map<string, Uint8Array>(),
} as const satisfies TarHeader;

test('a size beyond what ustar can say stands in the extended header', () => {
  for (const size of [2 ** 33 - 1, 2 ** 33, 2 ** 45 + 1]) {
    const read: TarEntry[] = [];
    const stream = new TarStream({ entry: (entry) => read.push(entry), data: () => {}, entryEnd: () => {} }, 'test');
    stream.push(tarHeader({ ...plain, size }, 'a'));
    assert.deepEqual(
      read.map((entry) => entry.size),
      [size],
    );
  }
});

async function header(fields: Partial<TarHeader>): Promise<string> {
  return await codeOf(Promise.resolve().then(() => tarHeader({ ...plain, ...fields }, 'a')));
}

test('what no reader takes is not written', async () => {
  const attributes = new Map([['user.big', Buffer.alloc(1 << 20)]]);
  assert.equal(await header({ attributes }), 'tar-limit-extension');
  assert.equal(await header({ kind: 'block-device', device: { major: 2 ** 21, minor: 0 } }), 'tar-unsupported');
  assert.equal(await header({ kind: 'block-device', device: { major: 2 ** 21 - 1, minor: 0 } }), 'no error');
});

async function leftBehind(): Promise<readonly string[]> {
  return await readdir(process.env['TMPDIR'] ?? '');
}

test('a body that is not what the tree says ends it, and nothing is left behind', async () => {
  const image = await opened(layered);
  const { contents } = image.tree;
  const files = contents.files.map((one) => (one.path === '/a/c' ? { ...one, sha256: '0'.repeat(64) } : one));
  const tree = { ...image.tree, contents: { ...contents, files } };
  const tag = 'never';
  assert.equal(await codeOf(writeHardened(requestOf(image, { tree, tag }))), 'digest-mismatch');
  assert.ok(!(await repository.tags(signal)).includes(tag));
  const cut = requestOf(image, { tree, isKept: (path) => path !== '/a/c' });
  assert.equal(await codeOf(writeHardened(cut)), 'no error');
  assert.deepEqual(await leftBehind(), []);
});

test('layers that are not those that were read end it', async () => {
  const [image, other] = [await opened(layered), await opened(linked)];
  const { tree } = image;
  assert.equal(await codeOf(writeHardened(requestOf({ ...other, tree }))), 'digest-mismatch');
  const cut = layered.map(({ files }) => ({ files: (files ?? []).slice(0, -1) }));
  assert.equal(await codeOf(writeHardened(requestOf({ ...(await opened(cut)), tree }))), 'digest-mismatch');
  assert.deepEqual(await leftBehind(), []);
});

test('aborting ends it with the reason, and nothing is left behind', async () => {
  const image = await opened(layered);
  const reason = new Error('enough');
  await assert.rejects(writeHardened(requestOf(image, { signal: AbortSignal.abort(reason) })), reason);
  const controller = new AbortController();
  const progress = (): void => controller.abort(reason);
  await assert.rejects(writeHardened(requestOf(image, { signal: controller.signal, progress })), reason);
  assert.deepEqual(await leftBehind(), []);
});

test('memory does not grow with the size of files', async () => {
  const size = 192 << 20;
  const image = await opened([{ files: [{ path: 'big', content: Buffer.alloc(size, 'holdfast') }] }]);
  const start = process.memoryUsage().rss;
  let most = start;
  let seen = 0;
  const progress = (bytes: number): void => {
    seen = bytes;
    most = Math.max(most, process.memoryUsage().rss);
  };
  const written = await writeHardened(requestOf(image, { progress }));
  assert.equal(seen, written.layer.uncompressed);
  assert.ok(written.layer.uncompressed > size);
  assert.ok(most - start < size / 2, `${most - start} bytes more`);
});

test('a temporary directory that cannot be made is said so', async () => {
  const image = await opened(layered);
  const usual = process.env['TMPDIR'];
  process.env['TMPDIR'] = join(scratch, 'absent');
  try {
    assert.equal(await codeOf(writeHardened(requestOf(image))), 'file-unwritable');
  } finally {
    process.env['TMPDIR'] = usual;
  }
});
