import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { HoldfastError } from '../errors/index.ts';
import { FileCapture, noCaptures } from './layer/capture.ts';
import { FileHash } from './layer/hashing.ts';
import type { ScanOptions } from './layer/scan-layer.ts';
import type { ImageLink, ImageProblem } from './model.ts';
import { nameFromBytes } from './name.ts';
import { byPath, type FlatFile, type Flattened } from './tree/flatten.ts';

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

interface Walk {
  readonly files: FlatFile[];
  readonly links: ImageLink[];
  readonly problems: ImageProblem[];
  readonly device: number;
  readonly options: ScanOptions;
  readonly buffer: Buffer;
  bytes: number;
}

/**
 * A root filesystem on this host, as an image of one layer. No symlink is followed, also when someone swaps a directory for
 * one meanwhile: each directory is opened once, and its children by way of that descriptor. Other filesystems mounted in it
 * are left out and said so.
 * @throws HoldfastError `source-unreadable`, `tar-limit-…`
 */
export async function scanDirectory(
  directory: string,
  options: ScanOptions,
): Promise<Flattened & { readonly problems: readonly ImageProblem[] }> {
  const root = openRoot(directory);
  try {
    const walk: Walk = {
      files: [],
      links: [],
      problems: [],
      device: fstatSync(root).dev,
      options,
      buffer: Buffer.allocUnsafeSlow(1 << 20),
      bytes: 0,
    };
    await walkDirectory(walk, root, '', 0);
    return { files: walk.files.sort(byPath), links: walk.links.sort(byPath), problems: walk.problems };
  } finally {
    closeSync(root);
  }
}

/** The root itself may be given by way of a symlink. */
function openRoot(directory: string): number {
  try {
    return openSync(directory, O_RDONLY | O_DIRECTORY);
  } catch (cause) {
    throw new HoldfastError('source-unreadable', (cause as Error).message, { place: directory, cause });
  }
}

async function walkDirectory(walk: Walk, descriptor: number, path: string, depth: number): Promise<void> {
  if (depth > walk.options.limits.depth) {
    throw new HoldfastError('tar-limit-depth', `more than ${walk.options.limits.depth} directories deep`, {
      place: path,
    });
  }
  const at = Buffer.from(`/proc/self/fd/${descriptor}/`);
  await setImmediate();
  walk.options.signal.throwIfAborted();
  for (const name of readdirSync(at, { encoding: 'buffer' })) {
    const real = Buffer.concat([at, name]);
    const child = `${path}/${nameFromBytes(name)}`;
    walk.options.meter.entry(child);
    try {
      const stat = lstatSync(real);
      if (stat.isSymbolicLink()) {
        const target = nameFromBytes(readlinkSync(real, { encoding: 'buffer' }));
        walk.links.push({ path: child, target, layer: 0 });
      } else if (stat.isFile()) readFile(walk, real, child);
      else if (stat.isDirectory()) await enter(walk, real, child, depth + 1, stat);
    } catch (error) {
      if (error instanceof HoldfastError || (error as NodeJS.ErrnoException).code === undefined) throw error;
      problem(walk, child, error as NodeJS.ErrnoException);
    }
  }
}

async function enter(walk: Walk, real: Buffer, path: string, depth: number, stat: Stats): Promise<void> {
  if (stat.dev !== walk.device) {
    walk.problems.push({
      place: path,
      code: 'directory-other-filesystem',
      message: 'another filesystem is mounted here: not read',
    });
    return;
  }
  const descriptor = openSync(real, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    await walkDirectory(walk, descriptor, path, depth);
  } finally {
    closeSync(descriptor);
  }
}

function readFile(walk: Walk, real: Buffer, path: string): void {
  const descriptor = openSync(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) {
      changed(walk, path);
      return;
    }
    const { options, buffer } = walk;
    const hash = new FileHash(stat.size);
    const capture = FileCapture.begin(options.readers, path, stat.mode & 0o7777, stat.size, options.allowance);
    let size = 0;
    for (let more = read(descriptor, buffer, size); more > 0; more = read(descriptor, buffer, size)) {
      size += more;
      if (size > stat.size) break;
      walk.bytes += more;
      options.meter.bytes(more, 0, 0, path);
      hash.push(buffer.subarray(0, more));
      capture?.push(buffer.subarray(0, more));
    }
    if (size !== stat.size) {
      changed(walk, path);
      return;
    }
    const captures = capture?.end() ?? noCaptures;
    const node = {
      kind: 'file',
      sha256: hash.hex(),
      size,
      mode: stat.mode & 0o7777,
      layer: 0,
      ordinal: 0,
      asked: path,
      captures,
    } as const;
    walk.files.push({ path, node });
  } finally {
    closeSync(descriptor);
  }
}

function read(descriptor: number, buffer: Buffer, position: number): number {
  return readSync(descriptor, buffer, 0, buffer.length, position);
}

/** A log that grows must not end the reading of a whole root; that it is missing is said. */
function changed(walk: Walk, place: string): void {
  walk.problems.push({ place, code: 'directory-changed', message: 'changed while it was read: left out' });
}

function problem(walk: Walk, place: string, error: NodeJS.ErrnoException): void {
  walk.problems.push({ place, code: 'directory-unreadable', message: `${error.code ?? 'error'} while reading it` });
}
