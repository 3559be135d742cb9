import { createHash } from 'node:crypto';
import { type EntryPlace, nameToBytes } from '../../contents/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { type TarHeader, tarEnd, tarHeader, tarPadding } from '../../oci/index.ts';
import type { Gathered } from './gather.ts';
import type { Item } from './plan.ts';
import type { ScratchFile } from './scratch.ts';

export interface TarParts {
  readonly items: readonly Item[];
  readonly gathered: (at: EntryPlace) => Gathered;
  readonly spool: ScratchFile;
  /** Seconds since 1970, for directories that no entry made. */
  readonly created: number;
  readonly signal: AbortSignal;
}

const nothing = new Uint8Array(0);

/**
 * The new layer's tar. Each body is hashed as it is read back, and compared with what the image's contents say.
 * @throws HoldfastError `digest-mismatch`, and as `tarHeader`; the signal's reason
 */
export async function* tarOf(parts: TarParts): AsyncGenerator<Uint8Array, void, void> {
  for (const item of parts.items) {
    parts.signal.throwIfAborted();
    const source = item.at === undefined ? undefined : parts.gathered(item.at);
    const size = item.kind === 'replaced' ? item.bytes.length : item.kind === 'file' ? (source?.entry.size ?? 0) : 0;
    yield tarHeader(fieldsOf(item, source, size, parts.created), item.path);
    if (item.kind === 'replaced') yield item.bytes;
    else if (item.kind === 'file') yield* bodyOf(parts, item, source?.offset ?? 0, size);
    if (size > 0) yield tarPadding(size);
  }
  yield tarEnd;
}

async function* bodyOf(
  { spool, signal }: TarParts,
  { path, sha256 }: Extract<Item, { kind: 'file' }>,
  offset: number,
  size: number,
): AsyncGenerator<Uint8Array, void, void> {
  const hash = createHash('sha256');
  for await (const chunk of spool.read(offset, size, signal)) {
    hash.update(chunk);
    yield chunk;
  }
  const found = hash.digest('hex');
  if (found === sha256) return;
  throw new HoldfastError('digest-mismatch', `has sha256:${found}, should have sha256:${sha256}`, { place: path });
}

function fieldsOf(item: Item, source: Gathered | undefined, size: number, created: number): TarHeader {
  const name = nameIn(item.path, item.kind === 'directory');
  if (source === undefined) {
    const attributes = new Map<string, Uint8Array>();
    const device = { major: 0, minor: 0 };
    const own = { uid: 0, gid: 0, modified: created, device, attributes };
    return { kind: 'directory', name, linkName: nothing, mode: 0o755, size, ...own };
  }
  // A hard link says all that its file says: runtimes apply it again, and a changed owner drops file capabilities.
  const { entry } = source;
  const isLink = item.kind === 'hard-link';
  return {
    kind: isLink ? 'hard-link' : entry.kind,
    name,
    linkName: isLink ? nameIn(item.target, false) : entry.linkName,
    mode: entry.mode,
    size,
    uid: entry.uid ?? 0,
    gid: entry.gid ?? 0,
    modified: entry.modified ?? 0,
    device: isLink ? { major: 0, minor: 0 } : entry.device,
    attributes: entry.attributes,
  };
}

/** As archives name things: without the first slash, directories with one at their end. */
function nameIn(path: string, isDirectory: boolean): Uint8Array {
  if (path === '/') return Buffer.from('./');
  return nameToBytes(isDirectory ? `${path.slice(1)}/` : path.slice(1));
}
