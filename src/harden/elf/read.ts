import { hardenLimits } from '../limits.ts';
import type { BrokenElf, Elf } from './elf.ts';

class Fault extends Error {}

interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/** Bounded reading of one file's words: whatever lies outside is a fault, never a zero. */
class Words {
  readonly bytes: Buffer;
  readonly wide: boolean;
  readonly little: boolean;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.wide = this.byte(4, [1, 2]) === 2;
    this.little = this.byte(5, [1, 2]) === 1;
  }

  private byte(at: number, allowed: readonly number[]): number {
    const value = this.bytes[at];
    if (value === undefined || !allowed.includes(value)) throw new Fault(`byte ${at} is none of ${allowed.join(', ')}`);
    return value;
  }

  within(at: number, size: number): number {
    if (at < 0 || size < 0 || at + size > this.bytes.length) throw new Fault(`${size} bytes at ${at} lie outside`);
    return at;
  }

  half(at: number): number {
    this.within(at, 2);
    return this.little ? this.bytes.readUInt16LE(at) : this.bytes.readUInt16BE(at);
  }

  word(at: number): number {
    this.within(at, 4);
    return this.little ? this.bytes.readUInt32LE(at) : this.bytes.readUInt32BE(at);
  }

  /** An address, offset or size. What no file can hold is a fault. */
  native(at: number): number {
    if (!this.wide) return this.word(at);
    this.within(at, 8);
    const value = this.little ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at);
    if (value > 0xffff_ffff_ffffn && value < 0xffff_0000_0000_0000n) throw new Fault(`${value} is no address`);
    return Number(value);
  }
}

const loadable = 1;
const dynamic = 2;
const interpreterSegment = 3;
const tag = { needed: 1, strings: 5, stringsSize: 10, rpath: 15, runpath: 29 } as const;

/** Reads the bytes of a whole file that begins with `\x7fELF`. */
export function readElf(bytes: Buffer): Elf | BrokenElf {
  try {
    return read(new Words(bytes));
  } catch (error) {
    if (error instanceof Fault) return { kind: 'broken-elf', why: error.message };
    throw error;
  }
}

function read(words: Words): Elf {
  const segments: Segment[] = [];
  let dynamicAt: Segment | undefined;
  let interpreter: string | undefined;
  for (const { type, segment } of programHeaders(words)) {
    if (type === loadable) segments.push(segment);
    else if (type === dynamic) dynamicAt = segment;
    else if (type === interpreterSegment) {
      interpreter = stringAt(words, words.within(segment.offset, segment.size), segment.size);
    }
  }
  const base = { kind: 'elf', bits: words.wide ? 64 : 32, machine: words.half(18) } as const;
  const named = interpreter === undefined ? {} : { interpreter };
  if (dynamicAt === undefined) return { ...base, ...named, needed: [], rpath: [], runpath: [], endsThreads: false };
  const entries = dynamicEntries(words, dynamicAt);
  const first = (wanted: number): number | undefined => entries.find((one) => one.tag === wanted)?.value;
  const address = first(tag.strings);
  const size = first(tag.stringsSize);
  if (address === undefined || size === undefined) throw new Fault('a dynamic section without strings');
  const strings = words.within(offsetOf(segments, address), size);
  const text = (offset: number): string => {
    if (offset >= size) throw new Fault('a name outside the strings');
    return stringAt(words, strings + offset, size - offset);
  };
  const texts = (wanted: number): readonly string[] =>
    entries.filter((one) => one.tag === wanted).map((one) => text(one.value));
  const needed = texts(tag.needed);
  if (needed.length > hardenLimits.libraries) throw new Fault(`more than ${hardenLimits.libraries} libraries`);
  const table = words.bytes.subarray(strings, strings + size);
  return {
    ...base,
    ...named,
    needed,
    rpath: texts(tag.rpath).flatMap(paths),
    runpath: texts(tag.runpath).flatMap(paths),
    endsThreads: threadEnds.some((name) => table.includes(name)),
  };
}

const threadEnds = ['pthread_exit', 'pthread_cancel'].map((name) => Buffer.from(`\0${name}\0`, 'latin1'));

function paths(list: string): readonly string[] {
  return list.split(':').filter((one) => one !== '');
}

function programHeaders(words: Words): readonly { readonly type: number; readonly segment: Segment }[] {
  const { wide } = words;
  const at = words.native(wide ? 32 : 28);
  const size = words.half(wide ? 54 : 42);
  const count = words.half(wide ? 56 : 44);
  if (count === 0) return [];
  if (count > hardenLimits.programHeaders) throw new Fault(`${count} program headers`);
  if (size < (wide ? 56 : 32)) throw new Fault('program headers that are too short');
  return Array.from({ length: count }, (_, index) => {
    const header = words.within(at + index * size, size);
    const segment = {
      offset: words.native(header + (wide ? 8 : 4)),
      address: words.native(header + (wide ? 16 : 8)),
      size: words.native(header + (wide ? 32 : 16)),
    };
    return { type: words.word(header), segment };
  });
}

function dynamicEntries(
  words: Words,
  { offset, size }: Segment,
): readonly { readonly tag: number; readonly value: number }[] {
  words.within(offset, size);
  const width = words.wide ? 16 : 8;
  const found: { tag: number; value: number }[] = [];
  for (let at = offset; at + width <= offset + size; at += width) {
    const kind = words.native(at);
    if (kind === 0) return found;
    // The values of most tags are of no interest, and some are no addresses.
    if (Object.values(tag).includes(kind as 1)) found.push({ tag: kind, value: words.native(at + width / 2) });
    if ((at - offset) / width > hardenLimits.dynamicEntries) throw new Fault('too many dynamic entries');
  }
  return found;
}

function offsetOf(segments: readonly Segment[], address: number): number {
  const segment = segments.find((one) => address >= one.address && address < one.address + one.size);
  if (segment === undefined) throw new Fault('strings that no segment loads');
  return segment.offset + (address - segment.address);
}

/** Up to NUL; names of files are bytes, and those that need others than ASCII are none that a linker writes. */
function stringAt(words: Words, at: number, most: number): string {
  const end = words.bytes.indexOf(0, at);
  const length = (end === -1 ? Number.POSITIVE_INFINITY : end) - at;
  if (length > most || length > hardenLimits.text) throw new Fault('a name that does not end');
  return words.bytes.toString('utf8', at, at + length);
}
