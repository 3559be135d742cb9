import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CoverageGap, coverageOf } from '../../src/watch/coverage.ts';
import { addGap } from '../../src/watch/gaps.ts';

const at = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString();
const gap = (cause: CoverageGap['cause'], from: number, to?: number, more: Partial<CoverageGap> = {}): CoverageGap => ({
  cause,
  from: at(from),
  ...(to === undefined ? {} : { to: at(to) }),
  repaired: false,
  detail: '',
  ...more,
});

test('without gaps coverage is sufficient', () => {
  assert.deepEqual(coverageOf(at(0), at(9), []), { from: at(0), to: at(9), sufficient: true, reasons: [], gaps: [] });
});

test('a gap outside the container’s life is not its own; one that touches it is', () => {
  assert.ok(coverageOf(at(10), at(20), [gap('sensor-restart', 1, 5)]).sufficient);
  assert.ok(coverageOf(at(10), at(20), [gap('sensor-restart', 25, 30)]).sufficient);
  for (const one of [gap('sensor-restart', 1, 12), gap('sensor-restart', 15, 16), gap('ring', 19), gap('ring', 1)])
    assert.deepEqual(coverageOf(at(10), at(20), [one]).reasons, [one.cause]);
});

test('what was repaired is told and does not weigh; so containerd away, and connections', () => {
  const gaps = [gap('perf', 1, 2, { repaired: true }), gap('containerd-away', 1, 2), gap('connection-limit', 1)];
  const coverage = coverageOf(at(0), at(9), gaps);
  assert.ok(coverage.sufficient);
  assert.equal(coverage.gaps.length, 3);
});

test('older than Holdfast weighs, though it lies before the window', () => {
  assert.deepEqual(coverageOf(at(10), at(20), [gap('older', 1, 10)]).reasons, ['older']);
});

test('losses of one flood are one gap that grows', () => {
  const gaps: CoverageGap[] = [];
  for (let second = 0; second < 10; second++) addGap(gaps, gap('fanotify', second, second, { count: 2 }));
  assert.equal(gaps.length, 1);
  assert.deepEqual([gaps[0]?.from, gaps[0]?.to, gaps[0]?.count], [at(0), at(9), 20]);
});

test('a later word on the same gap replaces the earlier', () => {
  const gaps: CoverageGap[] = [];
  addGap(gaps, gap('perf', 1));
  const now = addGap(gaps, gap('perf', 1, 3, { repaired: true, count: 5 }));
  assert.equal(gaps.length, 1);
  assert.deepEqual([now.to, now.repaired, now.count], [at(3), true, 5]);
});

test('a loss that was not repaired is never hidden by one that was', () => {
  const gaps: CoverageGap[] = [];
  addGap(gaps, gap('perf', 1, 2));
  addGap(gaps, gap('perf', 3, 4, { repaired: true }));
  assert.deepEqual(coverageOf(at(0), at(9), gaps).reasons, ['perf']);
});

test('any number of gaps stays bounded, and insufficient', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('ring', 'perf', 'fanotify', 'queue'), fc.nat(100_000)), {
        minLength: 1,
        maxLength: 400,
      }),
      (list) => {
        const gaps: CoverageGap[] = [];
        for (const [cause, from] of list) addGap(gaps, gap(cause, from, from));
        assert.ok(gaps.length <= 256);
        assert.ok(!coverageOf(at(0), at(200_000), gaps).sufficient);
      },
    ),
    { numRuns: 20 },
  );
});
