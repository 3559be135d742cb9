import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

/**
 * Small real images for tests, made once per machine and kept outside the tree, as OCI layouts with one manifest tagged
 * `latest`. The digest is stable as long as the cache lives.
 */

/** One static busybox with its applets linked under /bin (Debian's busybox-static). Its `sleep`, `sh`, `nc`, `cat` work. */
export function busyboxImage(): Promise<string> {
  return cached('busybox-1', async (into) => {
    const root = join(into, 'root');
    for (const dir of ['bin', 'etc', 'proc', 'sys', 'dev', 'root', 'usr/lib', 'var'])
      mkdirSync(join(root, dir), { recursive: true });
    for (const dir of ['tmp', 'var/tmp']) {
      mkdirSync(join(root, dir), { recursive: true });
      chmodSync(join(root, dir), 0o1777);
    }
    copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
    chmodSync(join(root, 'bin/busybox'), 0o755);
    const applets = execFileSync('/bin/busybox', ['--list'], { encoding: 'utf8' }).split('\n').filter(Boolean);
    for (const applet of applets) {
      if (applet !== 'busybox') symlinkSync('busybox', join(root, 'bin', applet));
    }
    writeFileSync(
      join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n',
    );
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnogroup:x:65534:\n');
    writeFileSync(join(root, 'etc/os-release'), 'ID=busybox\nVERSION_ID="1.35"\nPRETTY_NAME="busybox"\n');
    finish(into, root, ['/bin/sh']);
  });
}

/** Debian bookworm by debootstrap, variant minbase, with further packages when asked. Takes a minute the first time. */
export function debianImage(options: { readonly include?: readonly string[] } = {}): Promise<string> {
  const include = [...(options.include ?? [])].sort();
  const key = include.length === 0 ? 'minbase' : createHash('sha256').update(include.join()).digest('hex').slice(0, 12);
  return cached(`debian-bookworm-${key}-1`, async (into) => {
    const root = join(into, 'root');
    const packages = include.length === 0 ? [] : [`--include=${include.join()}`];
    const args = ['--variant=minbase', ...packages, 'bookworm', root];
    await promisify(execFile)('debootstrap', args, { maxBuffer: 64 << 20 });
    for (const path of ['var/cache/apt/archives', 'var/lib/apt/lists', 'var/log', 'dev', 'proc', 'sys', 'run', 'tmp']) {
      rmSync(join(root, path), { recursive: true, force: true });
      mkdirSync(join(root, path), { mode: path === 'tmp' ? 0o1777 : 0o755 });
    }
    chmodSync(join(root, 'tmp'), 0o1777);
    finish(into, root, ['/bin/bash']);
  });
}

/** Where built things are kept: the design's place for caches. */
export function cacheDirectory(): string {
  const base = process.env['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'holdfast');
}

function finish(into: string, root: string, command: readonly string[]): void {
  const sorted = ['--sort=name', '--mtime=@1', '--numeric-owner', '--format=gnu'];
  const tar = join(into, 'layer.tar');
  execFileSync('tar', ['-C', root, ...sorted, '-cf', tar, '.']);
  rmSync(root, { recursive: true, force: true });
  writeLayout(into, tar, command);
  rmSync(tar);
}

function writeLayout(into: string, tar: string, command: readonly string[]): void {
  const blobs = join(into, 'blobs/sha256');
  mkdirSync(blobs, { recursive: true });
  const put = (bytes: Uint8Array) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hex), bytes);
    return { digest: `sha256:${hex}`, size: bytes.length };
  };
  const putJson = (value: unknown) => put(Buffer.from(JSON.stringify(value)));
  const bytes = readFileSync(tar);
  const diffId = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const layer = put(gzipSync(bytes, { level: 6 }));
  const config = putJson({
    created: '1970-01-01T00:00:01Z',
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Cmd: command },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created: '1970-01-01T00:00:01Z', created_by: 'test root' }],
  });
  const manifestType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = putJson({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
    layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', ...layer }],
  });
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
  const index = { schemaVersion: 2, manifests: [{ mediaType: manifestType, ...manifest, annotations }] };
  writeFileSync(join(into, 'index.json'), JSON.stringify(index));
  writeFileSync(join(into, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

/** Made in a directory beside it and renamed, by one process at a time. */
async function cached(name: string, make: (into: string) => Promise<void>): Promise<string> {
  const base = join(cacheDirectory(), 'roots');
  const done = join(base, name);
  const isDone = () => existsSync(join(done, 'index.json'));
  mkdirSync(base, { recursive: true });
  const lock = join(base, `.${name}.lock`);
  while (!isDone()) {
    if (!takeLock(lock)) {
      await setTimeout(200);
      continue;
    }
    const into = mkdtempSync(join(base, `.${name}-`));
    try {
      if (isDone()) break;
      await make(into);
      renameSync(into, done);
    } finally {
      rmSync(into, { recursive: true, force: true });
      rmSync(lock, { force: true });
    }
  }
  return done;
}

/** A lock is a symlink to its owner's /proc entry: made in one step, and void when the owner is dead. */
function takeLock(lock: string): boolean {
  try {
    symlinkSync(`/proc/${process.pid}`, lock);
    return true;
  } catch {
    if (!existsSync(lock)) rmSync(lock, { force: true });
    return false;
  }
}
