import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Container, ContainerEvent } from '../../src/containers/index.ts';
import { compare, type Difference, keyOf, type Listed } from '../../src/containers/stream/compare.ts';
import { Told } from '../../src/containers/stream/told.ts';

/** A small world: few names, so that ids are used again, and few times of creation. */
const listedOnes = fc
  .array(
    fc.record({
      namespace: fc.constantFrom('default', 'k8s.io'),
      id: fc.constantFrom('a', 'b', 'c'),
      created: fc.constantFrom('2026-01-01T00:00:01.000Z', '2026-01-01T00:00:02.000Z'),
      pid: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    }),
    { maxLength: 6 },
  )
  .map((ones) => new Map(ones.map((one) => [keyOf(one), listed(one)])));

function listed(one: { namespace: string; id: string; created: string; pid: number | undefined }): Listed {
  const { id, namespace, created: createdAt, pid } = one;
  return {
    namespace,
    pid,
    record: { id, labels: {}, image: 'i', spec: undefined, snapshotter: 's', snapshotKey: id, createdAt },
  };
}

const image = { name: 'i', named: 'unknown', confirmed: false } as const;

function container({ namespace, record, pid }: Listed): Container {
  const { id, createdAt: created, labels } = record;
  const snapshot = { spec: undefined, snapshotter: 's', key: id };
  const running = pid === undefined ? {} : { pid };
  return { namespace, id, image, labels, created, name: id, kind: 'container', complete: true, snapshot, ...running };
}

function eventOf(one: Difference): ContainerEvent {
  const time = '2026-02-01T00:00:00.000Z';
  switch (one.type) {
    case 'appeared':
    case 'completed':
      return { type: 'container', time, container: container(one.listed), listed: true };
    case 'vanished': {
      const { namespace, id } = one.held.container;
      return { type: 'removed', ref: { namespace, id }, time, missed: true };
    }
    case 'started':
    case 'exited':
      return { type: one.type, ref: one.ref, pid: one.pid, time, missed: true };
    default:
      return one satisfies never;
  }
}

function tell(told: Told, events: readonly ContainerEvent[]): ContainerEvent[] {
  return events.filter((event) => {
    const news = told.isNews(event);
    if (news) told.note(event);
    return news;
  });
}

const state = (told: Told) =>
  Object.fromEntries([...told.containers].map(([key, { container: of, pid }]) => [key, [of.created, pid]]));
const stateOf = (world: ReadonlyMap<string, Listed>) =>
  Object.fromEntries([...world].map(([key, { record, pid }]) => [key, [record.createdAt, pid]]));

test('telling the differences leads from any state to what is there, and then nothing differs', () => {
  fc.assert(
    fc.property(fc.array(listedOnes, { minLength: 1, maxLength: 5 }), (worlds) => {
      const told = new Told();
      for (const world of worlds) {
        const events = compare(told.containers, world).map(eventOf);
        assert.equal(tell(told, events).length, events.length, 'every difference is news');
        assert.deepEqual(state(told), stateOf(world));
        assert.deepEqual(compare(told.containers, world), []);
      }
    }),
  );
});

test('what a list told, the events that were under way do not tell again', () => {
  fc.assert(
    fc.property(listedOnes, (world) => {
      const told = new Told();
      tell(told, compare(told.containers, world).map(eventOf));
      const late = [...world.values()].map(
        (one): ContainerEvent => ({
          type: 'container',
          time: one.record.createdAt,
          container: container(one),
          listed: false,
        }),
      );
      assert.deepEqual(tell(told, late), []);
    }),
  );
});

const ref = { namespace: 'default', id: 'a' };
const one = (created: string) => listed({ ...ref, created, pid: 5 });
const told = (of: Listed) => {
  const result = new Told();
  tell(result, [{ type: 'container', time: of.record.createdAt, container: container(of), listed: true }]);
  return result;
};

test('the removal of a predecessor does not hit the container that now has its name', () => {
  const successor = told(one('2026-01-01T00:00:05.000Z'));
  const removed = { type: 'removed', ref, missed: false } as const;
  assert.deepEqual(tell(successor, [{ ...removed, time: '2026-01-01T00:00:04.000Z' }]), []);
  assert.equal(tell(successor, [{ ...removed, time: '2026-01-01T00:00:06.000Z' }]).length, 1);
});

test('a container known only from its event is completed once its record is seen', () => {
  const whole = one('2026-01-01T00:00:01.000Z');
  const { snapshot: _snapshot, ...bare } = container(whole);
  const early: Container = { ...bare, created: '2026-01-01T00:00:01.005Z', complete: false };
  const result = new Told();
  tell(result, [{ type: 'container', time: early.created, container: early, listed: false }]);
  const differences = compare(result.containers, new Map([[keyOf(ref), whole]]));
  assert.deepEqual(
    differences.map(({ type }) => type),
    ['completed'],
  );
  assert.equal(tell(result, differences.map(eventOf)).length, 1);
  assert.equal(result.containers.get(keyOf(ref))?.container.complete, true);
});

test('a change of labels is news, the same record again is not', () => {
  const whole = one('2026-01-01T00:00:01.000Z');
  const result = told(whole);
  const again = { type: 'container', time: whole.record.createdAt, listed: false } as const;
  assert.deepEqual(tell(result, [{ ...again, container: container(whole) }]), []);
  assert.equal(tell(result, [{ ...again, container: { ...container(whole), labels: { a: 'b' } } }]).length, 1);
});
