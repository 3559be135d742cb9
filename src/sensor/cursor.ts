import type { FileVersion, ProcessRef } from './events.ts';
import { ancestors, enums, layoutOf, numbers, offsetsOf } from './layout.ts';

/** What was wrong with one frame's content. The frame's length is still trusted. */
export class Undecodable extends Error {}

/** One frame's bytes, read in place: no copy but for strings. */
export class Cursor {
  readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  u8(offset: number): number {
    return this.bytes.readUInt8(offset);
  }

  u16(offset: number): number {
    return this.bytes.readUInt16LE(offset);
  }

  u32(offset: number): number {
    return this.bytes.readUInt32LE(offset);
  }

  u64(offset: number): bigint {
    return this.bytes.readBigUInt64LE(offset);
  }

  /** A counter or size: exact below 2^53, which nothing honest reaches. */
  count(offset: number): number {
    return Number(this.bytes.readBigUInt64LE(offset));
  }

  /** The strings begin after the fixed part. */
  startStrings(fixed: number): void {
    if (this.bytes.length < fixed) throw new Undecodable(`${this.bytes.length} bytes, its struct has ${fixed}`);
    this.at = fixed;
  }

  string(): string {
    if (this.at + 2 > this.bytes.length) throw new Undecodable('a string is missing');
    const length = this.bytes.readUInt16LE(this.at);
    const start = this.at + 2;
    if (start + length > this.bytes.length) throw new Undecodable('a string is longer than its frame');
    this.at = start + length;
    return this.bytes.toString('utf8', start, start + length);
  }

  end(): void {
    if (this.at !== this.bytes.length) throw new Undecodable(`${this.bytes.length - this.at} bytes too many`);
  }
}

const file = offsetsOf('hf_file');
const process = offsetsOf('hf_process');
const processSize = layoutOf('hf_process').size;

export function enumAt<const T extends readonly (string | undefined)[]>(
  values: T,
  number: number,
  what: string,
): Exclude<T[number], undefined> {
  const value = values[number];
  if (value === undefined) throw new Undecodable(`${what} ${number} is not known`);
  return value as Exclude<T[number], undefined>;
}

export function fileAt(cursor: Cursor, base: number): FileVersion {
  const flags = cursor.u8(base + file.flags);
  return {
    dev: cursor.u64(base + file.dev),
    ino: cursor.u64(base + file.ino),
    ctime: cursor.u64(base + file.ctime),
    gen: cursor.u32(base + file.gen),
    mode: cursor.u16(base + file.mode),
    place: enumAt(enums.place, cursor.u8(base + file.place), 'place'),
    unlinked: (flags & numbers.HF_FILE.UNLINKED) !== 0,
    noCtime: (flags & numbers.HF_FILE.NO_CTIME) !== 0,
    noGen: (flags & numbers.HF_FILE.NO_GEN) !== 0,
  };
}

export function processAt(cursor: Cursor, base: number): ProcessRef {
  return {
    start: cursor.u64(base + process.start),
    program: cursor.u64(base + process.program),
    pid: cursor.u32(base + process.pid),
    uid: cursor.u32(base + process.uid),
  };
}

export function ancestorsAt(cursor: Cursor, base: number): readonly ProcessRef[] {
  const list: ProcessRef[] = [];
  for (let n = 0; n < ancestors; n++) {
    const one = processAt(cursor, base + n * processSize);
    if (one.pid === 0) break;
    list.push(one);
  }
  return list;
}
