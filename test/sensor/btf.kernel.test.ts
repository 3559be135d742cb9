import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { type FieldType, layoutOf, structNames } from '../../src/sensor/layout.ts';

type Btf = {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly size?: number;
  readonly type_id?: number;
  readonly nr_elems?: number;
  readonly members?: readonly { readonly name: string; readonly type_id: number; readonly bits_offset: number }[];
};

/** What the BPF object says of its own types: the compiler's layout of frames.h, not ours. */
function readBtf(): readonly Btf[] {
  const object = join(import.meta.dirname, '../../sensor/build/holdfast.bpf.o');
  const text = execFileSync('bpftool', ['btf', 'dump', 'file', object, 'format', 'raw', '-j'], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  return (JSON.parse(text) as { readonly types: readonly Btf[] }).types;
}

const ours = (type: FieldType): string => (typeof type === 'string' ? type : `${type[0]}[${type[1]}]`);

test('every struct on the wire has the layout that the compiler gave it', () => {
  const types = readBtf();
  const byId = new Map(types.map((type) => [type.id, type]));
  const resolve = (id: number): Btf => {
    const type = byId.get(id);
    assert.ok(type, `type ${id}`);
    return type.kind === 'TYPEDEF' || type.kind === 'CONST' || type.kind === 'VOLATILE'
      ? resolve(type.type_id ?? 0)
      : type;
  };
  const spell = (id: number): string => {
    const type = resolve(id);
    if (type.kind === 'ARRAY') return `${spell(type.type_id ?? 0)}[${type.nr_elems}]`;
    return type.kind === 'STRUCT' ? type.name : `u${(type.size ?? 0) * 8}`;
  };
  for (const name of structNames) {
    const struct = types.find((type) => type.kind === 'STRUCT' && type.name === name);
    assert.ok(struct, `${name} is not in the BPF object's BTF`);
    const layout = layoutOf(name);
    assert.equal(layout.size, struct.size, name);
    assert.deepEqual(
      layout.fields.map((field) => [field.name, field.offset, ours(field.type)]),
      struct.members?.map((member) => [member.name, member.bits_offset / 8, spell(member.type_id)]),
      name,
    );
  }
});
