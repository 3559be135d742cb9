import type { FileHandle } from 'node:fs/promises';
import { posix } from 'node:path';
import { HoldfastError } from '../errors/index.ts';
import { openRegular, readRange } from './file.ts';
import { type OciLimits, ociLimits } from './limits.ts';
import type { TarEntry } from './tar/entry.ts';
import { TarHeaders } from './tar/header.ts';
import { paddingOf } from './tar/stream.ts';

/** A member of a tar file: where its bytes lie. */
export interface Member {
  readonly start: number;
  readonly size: number;
}

/** An uncompressed tar file with its members found by seeking, so that blobs are read where they lie. */
export interface Archive extends AsyncDisposable {
  readonly file: string;
  readonly names: readonly string[];
  /** By clean relative name; symlinks (old docker-archives share layers so) are followed. */
  member(name: string): Member | undefined;
  read(member: Member, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** @throws HoldfastError `oci-limit`, `tar-truncated` */
  readSmall(name: string, bound: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

interface Found {
  readonly members: Map<string, Member>;
  readonly links: Map<string, string>;
}

/** @throws HoldfastError `not-found`, `source-unreadable`, `archive-compressed`, `oci-limit`, `tar-…` */
export async function openArchive(file: string, signal: AbortSignal, limits: OciLimits = ociLimits): Promise<Archive> {
  const { handle, size } = await openRegular(file);
  try {
    const { members, links } = await scan(handle, size, file, signal, limits);
    const member = (name: string): Member | undefined => {
      let at = name;
      for (let hops = 0; hops < 8; hops++) {
        const target = links.get(at);
        if (target === undefined) return members.get(at);
        at = posix.join(posix.dirname(at), target);
      }
      return undefined;
    };
    return {
      file,
      names: [...members.keys()],
      member,
      read: (found, readSignal) => readRange(handle, found.start, found.size, readSignal),
      async readSmall(name, bound, readSignal) {
        const found = member(name);
        if (found === undefined) return undefined;
        const place = `${file}, ${name}`;
        if (found.size > bound)
          throw new HoldfastError('oci-limit', `${found.size} bytes, more than ${bound}`, { place });
        const parts: Uint8Array[] = [];
        for await (const chunk of readRange(handle, found.start, found.size, readSignal)) parts.push(chunk);
        return Buffer.concat(parts);
      },
      [Symbol.asyncDispose]: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function scan(
  handle: FileHandle,
  size: number,
  file: string,
  signal: AbortSignal,
  limits: OciLimits,
): Promise<Found> {
  const found: Found = { members: new Map(), links: new Map() };
  const headers = new TarHeaders(file);
  const block = Buffer.alloc(512);
  await handle.read(block, 0, 4, 0);
  refuseCompressed(block, file);
  let position = 0;
  let count = 0;
  while (position < size) {
    signal.throwIfAborted();
    await readExactly(handle, block, position, headers.place);
    const step = headers.block(block);
    position += 512;
    if (step.kind === 'end') break;
    if (++count > limits.archiveEntries)
      throw new HoldfastError('oci-limit', `more than ${limits.archiveEntries} entries`, { place: file });
    if (step.kind === 'extension') {
      const bytes = Buffer.alloc(step.size);
      await readExactly(handle, bytes, position, headers.place);
      headers.extension(bytes);
      position += step.size + paddingOf(step.size);
    } else if (step.kind === 'entry') {
      note(found, step.entry, position);
      if (position + step.entry.size > size)
        throw new HoldfastError('tar-truncated', 'ends within an entry', { place: headers.place });
      position += step.entry.size + paddingOf(step.entry.size);
    }
  }
  return found;
}

function note(found: Found, entry: TarEntry, start: number): void {
  const name = posix.normalize(Buffer.from(entry.name).toString('utf8')).replace(/^\/+/, '');
  // The last entry of a name counts, whichever kind it is.
  found.members.delete(name);
  found.links.delete(name);
  if (entry.kind === 'file') found.members.set(name, { start, size: entry.size });
  else if (entry.kind === 'symlink') found.links.set(name, Buffer.from(entry.linkName).toString('utf8'));
  else if (entry.kind === 'hard-link') {
    const target = found.members.get(posix.normalize(Buffer.from(entry.linkName).toString('utf8')));
    if (target !== undefined) found.members.set(name, target);
  }
}

async function readExactly(handle: FileHandle, into: Buffer, position: number, place: string): Promise<void> {
  let filled = 0;
  while (filled < into.length) {
    const { bytesRead } = await handle.read(into, filled, into.length - filled, position + filled);
    if (bytesRead === 0) throw new HoldfastError('tar-truncated', 'ends within an entry', { place });
    filled += bytesRead;
  }
}

/** Blobs of a compressed archive can't be sought, and unpacking it to disk is not ours to do. */
function refuseCompressed(block: Buffer, file: string): void {
  const magic = block.readUInt32BE(0);
  const compressed =
    magic >>> 8 === 0x1f8b08 || magic === 0x28b52ffd || magic >>> 8 === 0x425a68 || magic === 0xfd377a58;
  if (compressed) throw new HoldfastError('archive-compressed', 'the archive itself is compressed', { place: file });
}
