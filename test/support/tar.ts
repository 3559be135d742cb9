/** A tar written entry by entry for tests: plain ustar with pax where a name is long, and raw headers to be hostile with. */
export interface TestEntry {
  readonly path: string | Uint8Array;
  /** Default: `directory` when the path ends with a slash, `symlink` with a `target`, else `file`. */
  readonly kind?: 'file' | 'directory' | 'symlink' | 'hard-link' | 'character-device' | 'block-device' | 'fifo';
  readonly content?: string | Uint8Array;
  readonly mode?: number;
  readonly target?: string | Uint8Array;
  readonly device?: readonly [number, number];
  /** Overrides for broken or unusual headers. */
  readonly type?: string;
  readonly size?: number;
  readonly sizeField?: Uint8Array;
  readonly pax?: Readonly<Record<string, string | Uint8Array>>;
}

const types = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
} as const;

export function tarOf(entries: readonly TestEntry[], options: { readonly end?: boolean } = {}): Buffer {
  const blocks = entries.flatMap(entryBlocks);
  if (options.end !== false) blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

function entryBlocks(entry: TestEntry): readonly Buffer[] {
  const name = bytesOf(entry.path);
  const target = bytesOf(entry.target ?? '');
  const kind = entry.kind ?? (name.at(-1) === 0x2f ? 'directory' : entry.target === undefined ? 'file' : 'symlink');
  const content = bytesOf(entry.content ?? '');
  const pax: Record<string, string | Uint8Array> = { ...entry.pax };
  if (name.length > 100) pax['path'] ??= name;
  if (target.length > 100) pax['linkpath'] ??= target;
  const records = Object.entries(pax).map(([key, value]) => paxRecord(key, bytesOf(value)));
  const extended =
    records.length === 0 ? [] : [...withData(header(Buffer.from('pax'), 'x', {}), Buffer.concat(records))];
  const own = header(name, entry.type ?? types[kind], { ...entry, size: entry.size ?? content.length, target });
  return [...extended, own, ...padded(content)];
}

/** An extended header of any type with its data, to put before an entry by hand. */
export function extension(type: 'x' | 'g' | 'L' | 'K', data: string | Uint8Array): Buffer {
  return Buffer.concat(withData(header(Buffer.from('ext'), type, {}), bytesOf(data)));
}

export function paxRecord(key: string, value: Uint8Array): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function withData(head: Buffer, data: Buffer): readonly Buffer[] {
  head.write(data.length.toString(8).padStart(11, '0'), 124, 'latin1');
  return [seal(head), ...padded(data)];
}

function padded(data: Buffer): readonly Buffer[] {
  return [data, Buffer.alloc((512 - (data.length % 512)) % 512)];
}

interface HeaderFields {
  readonly mode?: number;
  readonly size?: number;
  readonly sizeField?: Uint8Array;
  readonly target?: Uint8Array;
  readonly device?: readonly [number, number];
}

function header(name: Uint8Array, type: string, fields: HeaderFields): Buffer {
  const block = Buffer.alloc(512);
  block.set(name.subarray(0, 100), 0);
  block.write((fields.mode ?? 0o644).toString(8).padStart(7, '0'), 100, 'latin1');
  block.write('0000000\x000000000\x00', 108, 'latin1');
  block.write((fields.size ?? 0).toString(8).padStart(11, '0').slice(0, 11), 124, 'latin1');
  if (fields.sizeField !== undefined) block.set(fields.sizeField.subarray(0, 12), 124);
  block.write('00000000000', 136, 'latin1');
  block.write(type, 156, 'latin1');
  block.set((fields.target ?? new Uint8Array(0)).subarray(0, 100), 157);
  block.write('ustar\x0000', 257, 'latin1');
  const [major, minor] = fields.device ?? [0, 0];
  block.write(major.toString(8).padStart(7, '0'), 329, 'latin1');
  block.write(minor.toString(8).padStart(7, '0'), 337, 'latin1');
  return seal(block);
}

/** Sets the checksum. */
export function seal(block: Buffer): Buffer {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function bytesOf(text: string | Uint8Array): Buffer {
  return typeof text === 'string' ? Buffer.from(text, 'utf8') : Buffer.from(text);
}
