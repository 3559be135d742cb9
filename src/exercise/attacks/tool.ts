import { HoldfastError } from '../../errors/index.ts';
import { readBounded } from '../../files/index.ts';

const path = '/bin/busybox';
const mostBytes = 16 << 20;

/** Bytes behind the program's own, so that they are nobody else's: also not those of an image that holds the same. */
const mark = Buffer.from('\nholdfast attack tool\n');

/**
 * The program that attacks bring: busybox without libraries, for it has to run in any image.
 * @throws HoldfastError `attack-tool-missing`
 */
export async function attackTool(file: string = path): Promise<Uint8Array> {
  const refuse = (why: string, cause?: unknown) =>
    new HoldfastError('attack-tool-missing', why, { place: file, ...(cause === undefined ? {} : { cause }) });
  const bytes = await readBounded(file, mostBytes).catch((cause: unknown) => {
    throw refuse('can not be read', cause);
  });
  if (!isElf(bytes)) throw refuse('not a program of 64 bits');
  if (hasInterpreter(bytes)) throw refuse('needs libraries of this host');
  return Buffer.concat([bytes, mark]);
}

function isElf(bytes: Buffer): boolean {
  return bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f45_4c46 && bytes[4] === 2 && bytes[5] === 1;
}

/** A program header of type PT_INTERP (ELF, "Program Header"). */
function hasInterpreter(bytes: Buffer): boolean {
  const offset = Number(bytes.readBigUInt64LE(32));
  const [size, count] = [bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  for (let at = 0; at < count; at++) {
    const header = offset + at * size;
    if (header + 4 <= bytes.length && bytes.readUInt32LE(header) === 3) return true;
  }
  return false;
}
