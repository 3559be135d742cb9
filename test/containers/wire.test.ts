import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as messages from '../../src/containers/api/messages.ts';
import {
  bytes,
  count,
  messages as list,
  map,
  message,
  nested,
  string,
  strings,
  timestamp,
} from '../../src/containers/api/schema.ts';
import { readFields } from '../../src/containers/api/wire.ts';
import { HoldfastError } from '../../src/errors/index.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

const inner = message({ name: string(1), size: count(2) });
const all = message({
  text: string(1),
  data: bytes(2),
  number: count(3),
  labels: map(4),
  names: strings(5),
  one: nested(6, inner),
  many: list(7, inner),
  time: timestamp(1000),
});

const isMalformed = (error: unknown) => error instanceof HoldfastError && error.code === 'containerd-malformed';

test('the examples of the protobuf specification', () => {
  assert.equal(message({ a: count(1) }).decode(hex('08 96 01')).a, 150);
  assert.equal(message({ b: string(2) }).decode(hex('12 07 74 65 73 74 69 6e 67')).b, 'testing');
  const submessage = message({ c: nested(3, message({ a: count(1) })) });
  assert.equal(submessage.decode(hex('1a 03 08 96 01')).c?.a, 150);
  assert.deepEqual(Buffer.from(message({ b: string(2) }).encode({ b: 'testing' })), hex('12 07 74 65 73 74 69 6e 67'));
});

test('what is not known is skipped, whatever its type', () => {
  // 8: fixed64, 9: fixed32, 10: bytes, 11: varint, then field 1.
  const bytesWithStrangers = hex('41 0000000000000000 4d 00000000 52 02 ffff 58 ff01 0a 01 61');
  assert.equal(message({ text: string(1) }).decode(bytesWithStrangers).text, 'a');
});

test('the last of a repeated scalar counts; absent fields have their defaults', () => {
  assert.equal(message({ a: count(1) }).decode(hex('08 01 08 02')).a, 2);
  const { labels, names, one, time } = all.decode(new Uint8Array());
  assert.deepEqual([{ ...labels }, names, one, time], [{}, [], undefined, '']);
});

for (const [what, encoded] of Object.entries({
  'a varint without end': '08 ff',
  'a varint of eleven bytes': '08 ff ff ff ff ff ff ff ff ff ff 01',
  'a varint over 64 bits': '08 ff ff ff ff ff ff ff ff ff 7f',
  'a length beyond the end': '0a 05 61',
  'a length beyond memory': '0a ff ff ff ff ff ff ff ff 7f',
  'field number 0': '00 01',
  'an end of a group': '0c',
  'a fixed64 cut short': '41 00',
  'a fixed32 cut short': '45 00',
  'bytes where a number belongs': '1a 01 61',
  'a number where text belongs': '08 01',
  'text that is not UTF-8': '0a 01 ff',
  'a negative count': '18 ff ff ff ff ff ff ff ff ff 01',
  'a time after the year 9999': 'c2 3e 06 08 ff ff ff ff 7f 10 00',
  'a time with a billion nanoseconds': 'c2 3e 05 10 80 94 eb dc 03',
})) {
  test(`${what} is refused`, () => {
    assert.throws(() => all.decode(hex(encoded)), isMalformed);
  });
}

test("Go's zero time is no time", () => {
  // seconds = -62135596800
  assert.equal(all.decode(hex('c2 3e 0b 08 80 92 b8 c3 98 fe ff ff ff 01')).time, '');
});

test('a map key cannot reach a prototype', () => {
  const { labels } = all.decode(
    all.encode({ labels: JSON.parse('{"__proto__":"x","a":"b"}') as Record<string, string> }),
  );
  assert.deepEqual(Object.entries(labels), [
    ['__proto__', 'x'],
    ['a', 'b'],
  ]);
});

const item = fc.record({ name: fc.string(), size: fc.maxSafeNat() }, { noNullPrototype: true });
const whole = fc.record({
  text: fc.string({ unit: 'grapheme' }),
  data: fc.uint8Array(),
  number: fc.maxSafeNat(),
  labels: fc.dictionary(fc.string(), fc.string()),
  names: fc.array(fc.string()),
  one: fc.option(item, { nil: undefined }),
  many: fc.array(item),
  time: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z') })
    .map((date) => date.toISOString()),
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(whole, (value) => {
      const { labels, data, ...rest } = all.decode(all.encode(value));
      const { labels: sentLabels, data: sentData, ...sent } = value;
      assert.deepEqual(rest, sent);
      assert.deepEqual({ ...labels }, { ...sentLabels });
      assert.deepEqual(Buffer.from(data), Buffer.from(sentData));
    }),
  );
});

test('whatever comes, it is a message or a typed error', () => {
  const kinds = Object.values(messages.eventTypes);
  const readers = [
    all,
    messages.envelope,
    messages.containerAnswer,
    messages.tasksAnswer,
    messages.contentListAnswer,
    ...kinds,
  ];
  const mutated = whole.chain((value) => {
    const good = all.encode(value);
    const change = fc.tuple(fc.nat(Math.max(0, good.length - 1)), fc.nat(255));
    return fc.tuple(fc.array(change, { maxLength: 5 }), fc.nat(good.length)).map(([changes, end]) => {
      const bad = Buffer.from(good);
      for (const [at, byte] of changes) bad[at] = byte;
      return bad.subarray(0, end);
    });
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (input) => {
      for (const reader of readers) {
        try {
          reader.decode(input);
        } catch (error) {
          assert.ok(isMalformed(error), String(error));
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('reading is linear: no field is read twice, none beyond the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (input) => {
      let total = 0;
      try {
        for (const field of readFields(input)) total += 1 + (field.kind === 'bytes' ? field.value.length : 0);
      } catch (error) {
        assert.ok(isMalformed(error));
      }
      assert.ok(total <= input.length);
    }),
  );
});
