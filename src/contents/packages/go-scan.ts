import type { Scanner } from './reader.ts';

/** What a scan leaves behind, as JSON in the extract. */
export type GoExtract =
  | { readonly kind: 'inline'; readonly version: string; readonly modules: string }
  | { readonly kind: 'pointers' }
  | { readonly kind: 'malformed'; readonly why: string };

/** `\xff Go buildinf:`, then pointer size and flags. Go's debug/buildinfo. */
const magic = Buffer.from('ff20476f206275696c64696e663a', 'hex');
const alignment = 16;
const headerSize = 32;
const inlineFlag = 2;
/** A build of two thousand modules needs a quarter of a megabyte. */
const longest = 4 << 20;
/** A file that seems to begin with build information so often means harm. */
const mostCandidates = 64;

interface Segment {
  readonly start: number;
  readonly end: number;
  /** Address of the first byte, modulo the alignment. */
  readonly phase: number;
}

/**
 * Looks for Go's build information in the writable segments of an ELF file, while its bytes stream by. Holds a few
 * kilobytes, and of the build information itself at most 4 MiB.
 */
export class GoScanner implements Scanner {
  #buffer: Buffer = Buffer.alloc(0);
  /** Offset in the file of the buffer's first byte. */
  #offset = 0;
  #segments: readonly Segment[] | undefined;
  #found: GoExtract | undefined;
  #finished = false;
  #candidates = 0;

  push(bytes: Uint8Array): 'more' | 'done' {
    if (this.#finished) return 'done';
    this.#buffer = this.#buffer.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#buffer, bytes]);
    if (this.#segments === undefined) {
      const header = writableSegments(this.#buffer);
      if (header === 'more') return 'more';
      if (header === 'not-elf') return this.#finish();
      this.#segments = header;
    }
    return this.#scan(false);
  }

  end(): Uint8Array | undefined {
    if (!this.#finished && this.#segments !== undefined) this.#scan(true);
    return this.#found === undefined ? undefined : Buffer.from(JSON.stringify(this.#found));
  }

  #scan(last: boolean): 'more' | 'done' {
    const bufferEnd = () => this.#offset + this.#buffer.length;
    for (const segment of this.#segments ?? []) {
      for (;;) {
        const from = Math.max(0, segment.start - this.#offset);
        const at = this.#buffer.indexOf(magic, from);
        if (at < 0 || this.#offset + at >= segment.end) break;
        const aligned = (segment.phase + this.#offset + at - segment.start) % alignment === 0;
        const result = aligned ? readInline(this.#buffer.subarray(at)) : 'not-it';
        if (aligned && result !== 'more' && ++this.#candidates > mostCandidates) {
          this.#found = { kind: 'malformed', why: `more than ${mostCandidates} beginnings` };
          return this.#finish();
        }
        if (result === 'more' && !last) {
          this.#drop(at);
          return 'more';
        }
        if (typeof result === 'object') {
          this.#found = result;
          if (result.kind !== 'malformed') return this.#finish();
        } else if (result === 'more') this.#found ??= { kind: 'malformed', why: 'the file ends inside it' };
        // The literal also occurs in programs that read build information: go on behind it.
        this.#drop(at + 1);
      }
      if (bufferEnd() < segment.end) break;
    }
    const past = this.#segments?.every((segment) => bufferEnd() >= segment.end) === true;
    if (past) return this.#finish();
    this.#drop(Math.max(0, this.#buffer.length - magic.length + 1));
    return 'more';
  }

  #drop(count: number): void {
    this.#offset += count;
    this.#buffer = this.#buffer.subarray(count);
  }

  #finish(): 'done' {
    this.#finished = true;
    this.#buffer = Buffer.alloc(0);
    return 'done';
  }
}

/** The writable loaded segments, from the program headers at the beginning of an ELF file. */
function writableSegments(bytes: Buffer): readonly Segment[] | 'more' | 'not-elf' {
  if (bytes.length < 64)
    return bytes.subarray(0, 4).equals(Buffer.from('\x7fELF').subarray(0, Math.min(4, bytes.length)))
      ? 'more'
      : 'not-elf';
  const wide = bytes[4] === 2;
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || (bytes[4] !== 1 && !wide) || (bytes[5] !== 1 && bytes[5] !== 2))
    return 'not-elf';
  const little = bytes[5] === 1;
  const word = (at: number) => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const half = (at: number) => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const long = (at: number) => (little ? word(at) + word(at + 4) * 2 ** 32 : word(at + 4) + word(at) * 2 ** 32);
  const native = (at: number) => (wide ? long(at) : word(at));
  const table = native(wide ? 32 : 28);
  const size = half(wide ? 54 : 42);
  const count = half(wide ? 56 : 44);
  const tableEnd = table + size * count;
  if (size < (wide ? 56 : 32) || tableEnd > 1 << 20) return 'not-elf';
  if (bytes.length < tableEnd) return 'more';
  const segments: Segment[] = [];
  for (let at = table; at < tableEnd; at += size) {
    const flags = word(at + (wide ? 4 : 24));
    if (word(at) !== 1 || (flags & 2) === 0) continue;
    const start = native(at + (wide ? 8 : 4));
    const length = native(at + (wide ? 32 : 16));
    segments.push({ start, end: start + length, phase: native(at + (wide ? 16 : 8)) % alignment });
  }
  return segments.sort((a, b) => a.start - b.start);
}

/** Reads build information that begins with the magic; the strings lie right behind the header since Go 1.18. */
function readInline(bytes: Buffer): GoExtract | 'more' | 'not-it' {
  if (bytes.length < headerSize) return 'more';
  const pointerSize = bytes[14] ?? 0;
  const flags = bytes[15] ?? 0;
  if ((flags & inlineFlag) === 0) return pointerSize === 4 || pointerSize === 8 ? { kind: 'pointers' } : 'not-it';
  const version = stringAt(bytes, headerSize);
  if (typeof version === 'string')
    return version === 'more' ? 'more' : { kind: 'malformed', why: 'its version is too long' };
  if (!/^(?:go\d|devel )/.test(version.text)) return 'not-it';
  const modules = stringAt(bytes, version.end);
  if (typeof modules === 'string')
    return modules === 'more' ? 'more' : { kind: 'malformed', why: 'its modules are too long' };
  return { kind: 'inline', version: version.text, modules: withoutSentinels(modules.bytes) };
}

function stringAt(
  bytes: Buffer,
  at: number,
): { readonly text: string; readonly bytes: Buffer; readonly end: number } | 'more' | 'too-long' {
  let length = 0;
  for (let shift = 0, index = at; shift < 35; shift += 7, index++) {
    const byte = bytes[index];
    if (byte === undefined) return 'more';
    length += (byte & 0x7f) * 2 ** shift;
    if (length > longest) return 'too-long';
    if (byte < 0x80) {
      const start = index + 1;
      if (bytes.length < start + length) return 'more';
      const body = bytes.subarray(start, start + length);
      return { text: body.toString('utf8'), bytes: body, end: start + length };
    }
  }
  return 'too-long';
}

/** The module lines stand between two markers of 16 bytes. */
function withoutSentinels(bytes: Buffer): string {
  return bytes.length >= 33 && bytes[bytes.length - 17] === 0x0a ? bytes.subarray(16, -16).toString('utf8') : '';
}
