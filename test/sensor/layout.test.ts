import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { enums, frameMax, layoutOf, numbers, protocol, structNames } from '../../src/sensor/layout.ts';

const header = readFileSync(join(import.meta.dirname, '../../sensor/frames.h'), 'utf8');

test('no struct has implicit padding', () => {
  for (const name of structNames) {
    const { fields, size } = layoutOf(name);
    let end = 0;
    for (const field of fields) {
      assert.equal(field.offset, end, `${name}.${field.name}`);
      end += field.size;
    }
    assert.equal(size, end, name);
  }
});

test('the constants are those of frames.h', () => {
  assert.match(header, new RegExp(`#define HF_PROTOCOL ${protocol}\\n`));
  assert.match(header, new RegExp(`#define HF_FRAME_MAX ${frameMax} `));
  for (const [prefix, flags] of [
    ['HF_FLAG', numbers.HF_FLAG],
    ['HF_FILE', numbers.HF_FILE],
    ['HF_CONTAINER', numbers.HF_CONTAINER_FLAG],
  ] as const)
    for (const [name, value] of Object.entries(flags))
      assert.match(header, new RegExp(`#define ${prefix}_${name} ${value}\\b`), `${prefix}_${name}`);
});

/** `enum NAME { A = 1, B = 2 }` of the header, by value. */
function enumOf(name: string, prefix: string): readonly (string | undefined)[] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(header)?.[1] ?? '';
  const values: (string | undefined)[] = [];
  for (const [, word, number] of body.matchAll(/^\s*(HF_\w+) = (\d+)/gm)) {
    assert.ok(word?.startsWith(prefix), word);
    values[Number(number)] = word?.slice(prefix.length).toLowerCase().replaceAll('_', '-');
  }
  return Array.from(values);
}

test('the enums are those of frames.h', () => {
  assert.deepEqual(enums.type, enumOf('hf_type', 'HF_'));
  assert.deepEqual(enums.place, enumOf('hf_place', 'HF_PLACE_'));
  assert.deepEqual(enums.capabilityState, enumOf('hf_capability_state', 'HF_CAP_'));
  assert.deepEqual(enums.containerState, enumOf('hf_container_state', 'HF_CONTAINER_'));
  assert.deepEqual(enums.openKind, enumOf('hf_open_kind', 'HF_OPEN_'));
  assert.deepEqual(enums.hashStatus, enumOf('hf_hash_status', 'HF_HASH_'));
  assert.deepEqual(enums.connectionOp, enumOf('hf_connection_op', 'HF_'));
  assert.deepEqual(enums.countKind, enumOf('hf_count_kind', 'HF_COUNT_'));
  assert.deepEqual(enums.gapCause, enumOf('hf_gap_cause', 'HF_GAP_'));
});
