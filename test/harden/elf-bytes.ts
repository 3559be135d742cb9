/** A 64-bit little-endian ELF with a dynamic section, written by hand: nothing in it but what a loader reads. */
export interface ElfSpec {
  readonly machine?: number;
  readonly interpreter?: string;
  readonly needed?: readonly string[];
  readonly rpath?: string;
  readonly runpath?: string;
  /** Further names in the string table, as of imported functions. */
  readonly names?: readonly string[];
  /** Static: no dynamic section at all. */
  readonly static?: boolean;
}

const headerSize = 64;
const programHeaderSize = 56;
/** Where its one segment is loaded: strings are found by address. */
const base = 0x40_0000;

export function elfOf({
  machine = 62,
  interpreter,
  needed = [],
  rpath,
  runpath,
  names = [],
  static: isStatic = false,
}: ElfSpec = {}): Buffer {
  const segments = 1 + (interpreter === undefined ? 0 : 1) + (isStatic ? 0 : 1);
  let text = '\0';
  const put = (name: string): number => {
    const at = text.length;
    text += `${name}\0`;
    return at;
  };
  const entries: (readonly [number, number])[] = needed.map((name) => [1, put(name)]);
  if (rpath !== undefined) entries.push([15, put(rpath)]);
  if (runpath !== undefined) entries.push([29, put(runpath)]);
  for (const name of names) put(name);
  const interpreterAt = headerSize + segments * programHeaderSize;
  const loader = Buffer.from(interpreter === undefined ? '' : `${interpreter}\0`);
  const stringsAt = interpreterAt + loader.length;
  const strings = Buffer.from(text);
  const dynamicAt = stringsAt + strings.length;
  entries.push([5, base + stringsAt], [10, strings.length], [0, 0]);
  const dynamic = Buffer.concat(entries.map(([tag, value]) => words64(tag, value)));
  const size = dynamicAt + dynamic.length;
  const header = Buffer.alloc(headerSize);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  header.writeBigUInt64LE(BigInt(headerSize), 32);
  header.writeUInt16LE(programHeaderSize, 54);
  header.writeUInt16LE(segments, 56);
  return Buffer.concat([
    header,
    programHeader(1, 0, size),
    ...(interpreter === undefined ? [] : [programHeader(3, interpreterAt, loader.length)]),
    ...(isStatic ? [] : [programHeader(2, dynamicAt, dynamic.length)]),
    loader,
    strings,
    dynamic,
  ]);
}

function programHeader(type: number, offset: number, size: number): Buffer {
  const header = Buffer.alloc(programHeaderSize);
  header.writeUInt32LE(type, 0);
  header.writeBigUInt64LE(BigInt(offset), 8);
  header.writeBigUInt64LE(BigInt(base + offset), 16);
  header.writeBigUInt64LE(BigInt(size), 32);
  return header;
}

function words64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [at, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * at);
  return bytes;
}
