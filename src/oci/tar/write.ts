import { HoldfastError } from '../../errors/index.ts';
import type { TarEntry, TarEntryKind } from './entry.ts';
import { tarLimits } from './limits.ts';

/** What a header says; numbers are whole and not below 0. */
export interface TarHeader extends Pick<TarEntry, 'kind' | 'name' | 'linkName' | 'mode' | 'size' | 'attributes'> {
  readonly uid: number;
  readonly gid: number;
  readonly modified: number;
  readonly device: TarEntry['device'];
}

const types: Readonly<Record<TarEntryKind, string>> = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
};

/** What the octal digits of a field can say. */
const sevenDigits = 0o7777777;
const elevenDigits = 0o77777777777;

/**
 * An entry's header in ustar (POSIX.1-2017, pax, "ustar Interchange Format"), behind a pax extended header for what ustar
 * has no room for: long names, big numbers, extended attributes. Names are written as the bytes they are.
 * @throws HoldfastError `tar-limit-extension`, `tar-unsupported`
 */
export function tarHeader(fields: TarHeader, place: string): Buffer {
  const records = recordsOf(fields);
  const own = ustar(fields, place);
  if (records.length === 0) return own;
  const data = Buffer.concat(records);
  if (data.length > tarLimits.extensionBytes) {
    throw new HoldfastError('tar-limit-extension', `an extended header of ${data.length} bytes`, { place });
  }
  return Buffer.concat([extended(data.length), data, tarPadding(data.length), own]);
}

/** What fills the last block of some bytes. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((512 - (size % 512)) % 512);
}

/** Behind the last entry: two blocks of zeros. */
export const tarEnd: Uint8Array = new Uint8Array(1024);

function recordsOf({ name, linkName, size, uid, gid, modified, attributes }: TarHeader): readonly Buffer[] {
  return [
    ...text('path', name),
    ...text('linkpath', linkName),
    ...number('size', size, elevenDigits),
    ...number('uid', uid, sevenDigits),
    ...number('gid', gid, sevenDigits),
    ...number('mtime', modified, elevenDigits),
    ...[...attributes.keys()]
      .sort()
      .map((key) => paxRecord(`SCHILY.xattr.${key}`, attributes.get(key) ?? new Uint8Array(0))),
  ];
}

function text(key: string, value: Uint8Array): readonly Buffer[] {
  return value.length > 100 ? [paxRecord(key, value)] : [];
}

function number(key: string, value: number, most: number): readonly Buffer[] {
  return value > most ? [paxRecord(key, Buffer.from(String(value)))] : [];
}

/** `LENGTH KEY=VALUE\n`, where the length counts its own digits. Keys were read byte by byte. */
function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`, 'latin1'), value, Buffer.from('\n')]);
  let length = rest.length;
  while (rest.length + String(length).length !== length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function ustar(fields: TarHeader, place: string): Buffer {
  const block = Buffer.alloc(512);
  const { major, minor } = fields.device;
  if (major > sevenDigits || minor > sevenDigits) {
    throw new HoldfastError('tar-unsupported', `device ${major}:${minor}, which Linux does not have`, { place });
  }
  block.set(fields.name.subarray(0, 100), 0);
  octal(block, 100, 7, fields.mode);
  octal(block, 108, 7, fields.uid);
  octal(block, 116, 7, fields.gid);
  octal(block, 124, 11, fields.size);
  octal(block, 136, 11, fields.modified);
  block.write(types[fields.kind], 156, 'latin1');
  block.set(fields.linkName.subarray(0, 100), 157);
  octal(block, 329, 7, major);
  octal(block, 337, 7, minor);
  return sealed(block);
}

function extended(size: number): Buffer {
  const block = Buffer.alloc(512);
  block.write('PaxHeaders/entry', 0, 'latin1');
  octal(block, 100, 7, 0o644);
  octal(block, 108, 7, 0);
  octal(block, 116, 7, 0);
  octal(block, 124, 11, size);
  octal(block, 136, 11, 0);
  block.write('x', 156, 'latin1');
  return sealed(block);
}

/** What has too many digits stands in the extended header, and 0 here. */
function octal(block: Buffer, at: number, digits: number, value: number): void {
  const octalText = value.toString(8).padStart(digits, '0');
  block.write(octalText.length > digits ? '0'.repeat(digits) : octalText, at, 'latin1');
}

function sealed(block: Buffer): Buffer {
  block.write('ustar\x0000', 257, 'latin1');
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}
