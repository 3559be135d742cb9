import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Container } from '../../src/containers/index.ts';
import type { ContainerEvent } from '../../src/sensor/index.ts';
import type { WatchedContainer } from '../../src/watch/container.ts';
import { FileMemory } from '../../src/watch/file-memory.ts';
import { Judged } from '../../src/watch/judged.ts';
import type { Lasting } from '../../src/watch/lasting.ts';
import { ContainerTable } from '../../src/watch/table.ts';

const meta = (created: string): Container => ({
  namespace: 'n',
  id: 'web',
  image: { name: 'web', named: 'unknown', confirmed: false },
  labels: {},
  created,
  name: 'web',
  kind: 'container',
  pid: 1,
  complete: true,
});
const first = meta('2026-11-24T10:00:00Z');

function shown(cgid: bigint): ContainerEvent {
  const event = { type: 'container', container: cgid, time: cgid, namespace: 'n', id: 'web', older: false };
  return { ...event, state: 'seen' } as unknown as ContainerEvent;
}

/** Watched as cgroup 1, and stopped. */
function stopped(): { readonly table: ContainerTable; readonly lasting: Lasting } {
  const table = new ContainerTable();
  const judged = new Judged('n/web', first.created);
  const lasting = { files: new FileMemory(), judged, behaviour: undefined };
  table.described(first, 0);
  assert.equal(table.seen(shown(1n), 0), first);
  table.claim(1n, { display: 'n/web', cgid: 1n, lasting } as WatchedContainer);
  table.started('n/web', 0);
  assert.equal(table.formerLife('n/web'), undefined);
  table.exited('n/web', 0);
  table.forget(1n);
  return { table, lasting };
}

test('a stopped container that containerd starts again is claimed by its new cgroup, with what is known of its files and was found', () => {
  for (const order of ['cgroup first', 'containerd first']) {
    const { table, lasting } = stopped();
    if (order === 'cgroup first') {
      assert.equal(table.seen(shown(2n), 1), undefined, 'nobody said yet that it starts again');
      assert.deepEqual(table.started('n/web', 1), { meta: first, event: shown(2n) });
    } else {
      assert.equal(table.started('n/web', 1), undefined);
      assert.equal(table.seen(shown(2n), 1), first);
    }
    assert.equal(table.formerLife('n/web'), lasting);
    table.claim(2n, { display: 'n/web', cgid: 2n, lasting } as WatchedContainer);
    assert.equal(table.formerLife('n/web'), undefined);
    assert.equal(table.byDisplay('n/web')?.cgid, 2n);
    assert.equal(table.seen(shown(3n), 2), undefined, 'one life, one cgroup');
  }
});

test('another container of the same name is not taken for its predecessor’s next life', () => {
  const { table } = stopped();
  assert.equal(table.seen(shown(2n), 1), undefined);
  const second = meta('2026-11-24T11:00:00Z');
  assert.equal(table.described(second, 1)?.cgid, 2n);
  assert.equal(table.started('n/web', 1), undefined);
  assert.equal(table.formerLife('n/web'), undefined);
});
