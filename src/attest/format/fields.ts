import { type Code, HoldfastError } from '../../errors/index.ts';
import { decodeBase64 } from './base64.ts';

/**
 * Reads the fields of one JSON object as proto3 JSON writes them, and refuses what is not there, not of its type, or
 * not known: a field that we do not understand may change what the others mean.
 */
export interface Fields {
  readonly place: string;
  refuse(message: string): HoldfastError;
  has(key: string): boolean;
  value(key: string): unknown;
  text(key: string): string;
  optionalText(key: string): string | undefined;
  bytes(key: string, most: number): Buffer;
  /** A 64-bit count: protobuf writes it as a decimal string; a plain number is read, too. Absent is 0n, as in proto3. */
  count(key: string): bigint;
  object(key: string): Fields;
  optionalObject(key: string): Fields | undefined;
  objects(key: string, most: number): readonly Fields[];
  texts(key: string, most: number): readonly string[];
  /** @throws HoldfastError where a key is none of these */
  only(...known: readonly string[]): void;
}

const decimal = /^(?:0|[1-9][0-9]{0,18})$/;

/** @throws HoldfastError with `code` where `value` is no object */
export function fieldsOf(value: unknown, code: Code, place: string): Fields {
  const refuse = (message: string): HoldfastError => new HoldfastError(code, message, { place });
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse('not a JSON object');
  const record = value as Readonly<Record<string, unknown>>;
  const at = (key: string): unknown => (Object.hasOwn(record, key) ? (record[key] ?? undefined) : undefined);
  const inner = (key: string): string => `${place}: ${key}`;
  const list = (key: string, most: number): readonly unknown[] => {
    const found = at(key) ?? [];
    if (!Array.isArray(found)) throw refuse(`${key} is not a list`);
    if (found.length > most) throw refuse(`${key} holds more than ${most}`);
    return found;
  };
  const self: Fields = {
    place,
    refuse,
    has: (key) => at(key) !== undefined,
    value: at,
    text(key) {
      const found = at(key);
      if (typeof found === 'string') return found;
      throw refuse(`${key} is ${found === undefined ? 'missing' : 'not a string'}`);
    },
    optionalText: (key) => (at(key) === undefined ? undefined : self.text(key)),
    bytes(key, most) {
      const found = decodeBase64(self.text(key));
      if (found === undefined) throw refuse(`${key} is not canonical base64`);
      if (found.length > most) throw refuse(`${key} is longer than ${most} bytes`);
      return found;
    },
    count(key) {
      const found = at(key) ?? '0';
      const text = typeof found === 'number' && Number.isSafeInteger(found) ? String(found) : found;
      if (typeof text === 'string' && decimal.test(text)) return BigInt(text);
      throw refuse(`${key} is not a count`);
    },
    object: (key) => {
      if (!self.has(key)) throw refuse(`${key} is missing`);
      return fieldsOf(at(key), code, inner(key));
    },
    optionalObject: (key) => (self.has(key) ? self.object(key) : undefined),
    objects: (key, most) => list(key, most).map((item, index) => fieldsOf(item, code, `${inner(key)}[${index}]`)),
    texts: (key, most) =>
      list(key, most).map((item) => {
        if (typeof item === 'string') return item;
        throw refuse(`${key} holds something that is not a string`);
      }),
    only(...known) {
      for (const key of Object.keys(record)) {
        if (!known.includes(key)) throw refuse(`unknown field ${JSON.stringify(key.slice(0, 100))}`);
      }
    },
  };
  return self;
}
