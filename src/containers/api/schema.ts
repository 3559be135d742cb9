import { bytesField, malformed, type RawField, readFields, varintField } from './wire.ts';

/** How one field is read and written; `absent` is proto3's default. */
export interface Field<T> {
  readonly number: number;
  readonly absent: T;
  /** What is held after one more occurrence on the wire. */
  read(held: T, field: RawField): T;
  write(value: T): readonly Uint8Array[];
}

export interface Message<T> {
  /** @throws HoldfastError `containerd-malformed` */
  decode(bytes: Uint8Array): T;
  encode(value: Partial<T>): Uint8Array;
}

/** What a message's fields hold. */
export type Decoded<M> = M extends Message<infer T> ? T : never;

/** A list or map in one message has at most so many entries. */
const maxEntries = 100_000;

/** A message by its fields; numbers that are not named are skipped. */
export function message<T extends Record<string, unknown>>(
  fields: {
    readonly [K in keyof T]: Field<T[K]>;
  },
): Message<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  const byNumber = new Map(names.map((name) => [fields[name].number, name]));
  return {
    decode(encoded) {
      const result = Object.fromEntries(names.map((name) => [name, fields[name].absent])) as T;
      for (const raw of readFields(encoded)) {
        const name = byNumber.get(raw.number);
        if (name !== undefined) result[name] = fields[name].read(result[name], raw);
      }
      return result;
    },
    encode(value) {
      const parts: Uint8Array[] = [];
      for (const name of names) {
        const held = value[name];
        if (held !== undefined) parts.push(...fields[name].write(held));
      }
      return Buffer.concat(parts);
    },
  };
}

export function string(number: number): Field<string> {
  return {
    number,
    absent: '',
    read: (_, field) => text(bytesOf(field)),
    write: (value) => (value === '' ? [] : [bytesField(number, Buffer.from(value))]),
  };
}

export function bytes(number: number): Field<Uint8Array> {
  return {
    number,
    absent: new Uint8Array(),
    read: (_, field) => bytesOf(field),
    write: (value) => (value.length === 0 ? [] : [bytesField(number, value)]),
  };
}

/** int64, uint32 and enums; a negative or unsafe number is malformed: nothing here may be. */
export function count(number: number): Field<number> {
  return {
    number,
    absent: 0,
    read: (_, field) => {
      if (field.kind !== 'varint') throw malformed(`field ${number} is no number`);
      if (field.value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed(`field ${number} is out of range`);
      return Number(field.value);
    },
    write: (value) => (value === 0 ? [] : [varintField(number, BigInt(value))]),
  };
}

/** map<string, string>: repeated messages of key = 1 and value = 2. */
export function map(number: number): Field<Readonly<Record<string, string>>> {
  return {
    number,
    absent: {},
    read: (held, field) => {
      const { key, value } = mapEntry.decode(bytesOf(field));
      // One copy at the first entry, so that `absent` stays empty; a plain object would take `__proto__` amiss.
      const own = Object.keys(held).length === 0 ? (Object.create(null) as Record<string, string>) : held;
      (own as Record<string, string>)[key] = value;
      return own;
    },
    write: (value) =>
      Object.entries(value).map(([key, one]) => bytesField(number, mapEntry.encode({ key, value: one }))),
  };
}

export function nested<T>(number: number, of: Message<T>): Field<T | undefined> {
  return {
    number,
    absent: undefined,
    read: (_, field) => of.decode(bytesOf(field)),
    write: (value) => (value === undefined ? [] : [bytesField(number, of.encode(value))]),
  };
}

export function strings(number: number): Field<readonly string[]> {
  return list(number, text, (value) => Buffer.from(value));
}

export function messages<T>(number: number, of: Message<T>): Field<readonly T[]> {
  return list(
    number,
    (value) => of.decode(value),
    (value) => of.encode(value),
  );
}

/** google.protobuf.Timestamp as RFC 3339 UTC with milliseconds; '' = absent, and so is Go's zero time (the year 1). */
export function timestamp(number: number): Field<string> {
  return {
    number,
    absent: '',
    read: (_, field) => {
      const { seconds, nanos } = instant.decode(bytesOf(field));
      if (seconds < 0) return '';
      if (seconds > 253_402_300_799 || nanos > 999_999_999) throw malformed(`field ${number} is no time`);
      return new Date(seconds * 1000 + Math.floor(nanos / 1e6)).toISOString();
    },
    write: (value) => {
      if (value === '') return [];
      const millis = Date.parse(value);
      const seconds = Math.floor(millis / 1000);
      return [bytesField(number, instant.encode({ seconds, nanos: (millis - seconds * 1000) * 1e6 }))];
    },
  };
}

function list<T>(number: number, read: (value: Uint8Array) => T, write: (value: T) => Uint8Array): Field<readonly T[]> {
  return {
    number,
    absent: [],
    read: (held, field) => {
      if (held.length >= maxEntries) throw malformed(`field ${number} has too many entries`);
      const own = held.length === 0 ? [] : (held as T[]);
      own.push(read(bytesOf(field)));
      return own;
    },
    write: (values) => values.map((value) => bytesField(number, write(value))),
  };
}

function bytesOf(field: RawField): Uint8Array {
  if (field.kind !== 'bytes') throw malformed(`field ${field.number} has another type`);
  return field.value;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function text(value: Uint8Array): string {
  try {
    return utf8.decode(value);
  } catch {
    throw malformed('a string is not UTF-8');
  }
}

const mapEntry = message<{ key: string; value: string }>({ key: string(1), value: string(2) });
const seconds: Field<number> = {
  ...count(1),
  read: (_, field) => {
    if (field.kind !== 'varint') throw malformed('a time is no number');
    return Number(BigInt.asIntN(64, field.value));
  },
};
const instant = message<{ seconds: number; nanos: number }>({ seconds, nanos: count(2) });
