import { HoldfastError } from '../../errors/index.ts';

/**
 * The protobuf wire format (protobuf.dev, "Encoding"), as far as containerd's API needs it: varints, lengths, and
 * skipping what is not known. A general library costs the agent 10 MB of memory; this costs none.
 */

/** One undecoded field: its number and its value, a varint or the bytes of a length-delimited field. */
export type RawField =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly number: number; readonly kind: 'fixed' };

/**
 * The fields of one message in their order. Views into `bytes`, nothing is copied.
 * @throws HoldfastError `containerd-malformed`
 */
export function* readFields(bytes: Uint8Array): Generator<RawField> {
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    at = tag.next;
    const number = Number(tag.value >> 3n);
    if (number < 1 || number > 0x1fff_ffff) throw malformed(`field number ${number}`);
    switch (Number(tag.value & 7n)) {
      case 0: {
        const { value, next } = readVarint(bytes, at);
        at = next;
        yield { number, kind: 'varint', value };
        break;
      }
      case 1:
        at += 8;
        if (at > bytes.length) throw malformed('truncated');
        yield { number, kind: 'fixed' };
        break;
      case 2: {
        const length = readVarint(bytes, at);
        const end = length.next + Number(length.value);
        if (length.value > BigInt(bytes.length) || end > bytes.length) throw malformed('truncated');
        at = end;
        yield { number, kind: 'bytes', value: bytes.subarray(length.next, end) };
        break;
      }
      case 5:
        at += 4;
        if (at > bytes.length) throw malformed('truncated');
        yield { number, kind: 'fixed' };
        break;
      default:
        throw malformed(`wire type ${tag.value & 7n}`);
    }
  }
}

/** A field with a varint. */
export function varintField(number: number, value: bigint): Uint8Array {
  return Uint8Array.from([...varint(BigInt(number) << 3n), ...varint(BigInt.asUintN(64, value))]);
}

/** A field with a length and bytes. */
export function bytesField(number: number, value: Uint8Array): Uint8Array {
  const head = [...varint((BigInt(number) << 3n) | 2n), ...varint(BigInt(value.length))];
  const field = new Uint8Array(head.length + value.length);
  field.set(head);
  field.set(value, head.length);
  return field;
}

export function malformed(what: string): HoldfastError {
  return new HoldfastError('containerd-malformed', `containerd's answer is not its protocol: ${what}`);
}

function readVarint(bytes: Uint8Array, from: number): { readonly value: bigint; readonly next: number } {
  let value = 0n;
  for (let at = from; at < from + 10; at++) {
    const byte = bytes[at];
    if (byte === undefined) throw malformed('truncated');
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) {
      if (value > 0xffff_ffff_ffff_ffffn) throw malformed('varint too long');
      return { value, next: at + 1 };
    }
  }
  throw malformed('varint too long');
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}
