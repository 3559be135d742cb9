import { enums, layoutOf, type StructName } from '../../src/sensor/layout.ts';

type Value = number | bigint | Uint8Array | Values | readonly Values[];
export interface Values {
  readonly [field: string]: Value;
}

/** A struct's bytes from the layout tables; fields that are not named are zero. */
export function encodeStruct(name: StructName, values: Values): Buffer {
  const layout = layoutOf(name);
  const bytes = Buffer.alloc(layout.size);
  for (const field of layout.fields) {
    const value = values[field.name];
    if (value === undefined) continue;
    const [type] = typeof field.type === 'string' ? [field.type] : field.type;
    write(bytes, field.offset, type, value, field.size);
  }
  return bytes;
}

function write(bytes: Buffer, at: number, type: string, value: Value, size: number): void {
  if (value instanceof Uint8Array) {
    bytes.set(value.subarray(0, size), at);
    return;
  }
  if (Array.isArray(value)) {
    const each = layoutOf(type as StructName).size;
    for (const [n, one] of value.entries()) bytes.set(encodeStruct(type as StructName, one as Values), at + n * each);
    return;
  }
  if (typeof value === 'object') {
    bytes.set(encodeStruct(type as StructName, value as Values), at);
    return;
  }
  if (type === 'u64') bytes.writeBigUInt64LE(BigInt(value), at);
  else if (type === 'u32') bytes.writeUInt32LE(Number(value), at);
  else if (type === 'u16') bytes.writeUInt16LE(Number(value), at);
  else bytes.writeUInt8(Number(value), at);
}

type FrameType = Exclude<(typeof enums.type)[number], undefined>;

/** A whole frame: header filled in, strings after it. */
export function frame(
  type: FrameType,
  header: Values,
  body: Values = {},
  strings: readonly (string | Uint8Array)[] = [],
): Buffer {
  const struct = `hf_${type.replace('-', '_')}` as StructName;
  const texts = strings.map((text) => {
    const bytes = Buffer.from(text);
    const length = Buffer.alloc(2);
    length.writeUInt16LE(bytes.length);
    return Buffer.concat([length, bytes]);
  });
  const tail = Buffer.concat(texts);
  const size = layoutOf(struct).size + tail.length;
  const h = { ...header, size, type: enums.type.indexOf(type) };
  return Buffer.concat([encodeStruct(struct, { ...body, h }), tail]);
}
