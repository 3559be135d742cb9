import { HoldfastError } from '../../errors/index.ts';
import type { TarEntry, TarEntryKind } from './entry.ts';
import { type TarLimits, tarLimits } from './limits.ts';
import { checksumHolds, looseNumber, tarNumber } from './numbers.ts';
import { type PaxChanges, parsePax } from './pax.ts';

/** What a 512-byte block turned out to be. */
export type TarStep =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  /** `size` bytes of an extended header follow: give them to `extension`. */
  | { readonly kind: 'extension'; readonly size: number }
  /** The first of the two zero blocks that close an archive. */
  | { readonly kind: 'zero' }
  | { readonly kind: 'end' };

type Extension = 'pax' | 'global' | 'long-name' | 'long-link';

const kinds: Readonly<Record<string, TarEntryKind>> = {
  '0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  '6': 'fifo',
};
const extensions: Readonly<Record<string, Extension>> = { x: 'pax', g: 'global', L: 'long-name', K: 'long-link' };

/**
 * Puts headers together: ustar, pax and GNU, with the extended headers that change the entry after them. It reads no data
 * itself, so a streaming reader and one that seeks share it. Reads as Go's archive/tar does where writers differ,
 * since that is what unpacks images; where tools disagree on what an archive holds, it is refused.
 */
export class TarHeaders {
  readonly #place: string;
  readonly #limits: TarLimits;
  #ordinal = 0;
  #zeros = 0;
  #pending: Extension | undefined;
  #pax: PaxChanges = {};
  #longName: Uint8Array | undefined;
  #longLink: Uint8Array | undefined;

  constructor(place: string, limits: TarLimits = tarLimits) {
    this.#place = place;
    this.#limits = limits;
  }

  /** Where the next header stands, for messages. */
  get place(): string {
    return `${this.#place}, entry ${this.#ordinal}`;
  }

  /** True when an extended header was read whose entry has not come. */
  get unfinished(): boolean {
    return Object.keys(this.#pax).length > 0 || this.#longName !== undefined || this.#longLink !== undefined;
  }

  /** @throws HoldfastError `tar-malformed`, `tar-sparse`, `tar-unsupported`, `tar-path`, `tar-limit-path`, `tar-limit-extension` */
  block(block: Uint8Array): TarStep {
    if (isZero(block)) return ++this.#zeros === 2 ? { kind: 'end' } : { kind: 'zero' };
    const place = this.place;
    if (this.#zeros > 0) throw new HoldfastError('tar-malformed', 'a header behind a zero block', { place });
    if (!checksumHolds(block, tarNumber(block, 148, 8, 'checksum', place))) {
      throw new HoldfastError('tar-malformed', 'the header has a wrong checksum', { place });
    }
    const type = String.fromCharCode(block[156] ?? 0);
    const size = tarNumber(block, 124, 12, 'size', place);
    const extension = extensions[type];
    if (extension !== undefined) {
      if (size > this.#limits.extensionBytes) {
        throw new HoldfastError('tar-limit-extension', `an extended header of ${size} bytes`, { place });
      }
      this.#pending = extension;
      return { kind: 'extension', size };
    }
    return { kind: 'entry', entry: this.#entry(block, type, size, place) };
  }

  /** The data of the extended header last announced. @throws as `block` */
  extension(bytes: Uint8Array): void {
    const place = this.place;
    const pending = this.#pending;
    this.#pending = undefined;
    if (pending === 'pax') this.#pax = parsePax(bytes, 'next', place);
    else if (pending === 'global') parsePax(bytes, 'global', place);
    else if (pending === 'long-name') this.#longName = Uint8Array.from(untilNul(bytes));
    else this.#longLink = Uint8Array.from(untilNul(bytes));
  }

  #entry(block: Uint8Array, type: string, statedSize: number, place: string): TarEntry {
    const name = this.#longName ?? this.#pax.path ?? ustarName(block);
    const linkName = this.#longLink ?? this.#pax.linkPath ?? Uint8Array.from(untilNul(block.subarray(157, 257)));
    const kind = type === '\0' ? (name.at(-1) === 0x2f ? 'directory' : 'file') : kinds[type];
    if (kind === undefined) {
      if (type === 'S') throw new HoldfastError('tar-sparse', 'a sparse file', { place });
      throw new HoldfastError('tar-unsupported', `entry type ${JSON.stringify(type)}`, { place });
    }
    for (const text of [name, linkName]) {
      if (text.length > this.#limits.pathBytes) {
        throw new HoldfastError('tar-limit-path', `a name of ${text.length} bytes`, { place });
      }
    }
    const entry: TarEntry = {
      kind,
      name,
      linkName: kind === 'symlink' || kind === 'hard-link' ? linkName : empty,
      mode: tarNumber(block, 100, 8, 'mode', place) & 0o7777,
      size: kind === 'file' ? (this.#pax.size ?? statedSize) : 0,
      uid: this.#pax.uid ?? looseNumber(block, 108, 8),
      gid: this.#pax.gid ?? looseNumber(block, 116, 8),
      modified: this.#pax.modified ?? looseNumber(block, 136, 12),
      attributes: this.#pax.attributes ?? noAttributes,
      device: kind.endsWith('device')
        ? { major: tarNumber(block, 329, 8, 'devmajor', place), minor: tarNumber(block, 337, 8, 'devminor', place) }
        : noDevice,
      ordinal: this.#ordinal,
    };
    this.#ordinal++;
    this.#pax = {};
    this.#longName = undefined;
    this.#longLink = undefined;
    return entry;
  }
}

const empty = new Uint8Array(0);
const noAttributes: ReadonlyMap<string, Uint8Array> = new Map();
const noDevice = { major: 0, minor: 0 };

function isZero(block: Uint8Array): boolean {
  if (block[0] !== 0 || block[148] !== 0) return false;
  for (let at = 0; at < 512; at++) if (block[at] !== 0) return false;
  return true;
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

/** The prefix field is one only under the ustar magic: GNU keeps times there, star a shorter prefix. */
function ustarName(block: Uint8Array): Uint8Array {
  const name = untilNul(block.subarray(0, 100));
  const ustar = Buffer.from(block.buffer, block.byteOffset + 257, 8).toString('latin1') === 'ustar\x0000';
  if (!ustar) return Uint8Array.from(name);
  const star = Buffer.from(block.buffer, block.byteOffset + 508, 4).toString('latin1') === 'tar\0';
  const prefix = untilNul(block.subarray(345, star ? 476 : 500));
  return prefix.length === 0 ? Uint8Array.from(name) : Buffer.concat([prefix, Buffer.from('/'), name]);
}
