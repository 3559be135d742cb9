import type { GapEvent } from '../sensor/index.ts';
import type { CoverageGap } from './coverage.ts';

/** Gaps kept of one container, or of all; beyond, the last is stretched. */
const gapsMax = 256;
/** Losses of one cause that lie so close are one gap. */
const mergeMillis = 5000;

export function gapOf(event: GapEvent, timeOf: (boot: bigint) => string): CoverageGap {
  return {
    cause: event.cause,
    from: timeOf(event.from),
    ...(event.to === 0n ? {} : { to: timeOf(event.to) }),
    ...(event.count === 0 ? {} : { count: event.count }),
    repaired: event.repaired,
    detail: event.detail.slice(0, 500),
  };
}

/**
 * Adds a gap, or widens one of the same cause that it belongs to: a later word on the same gap, or the next loss of a
 * lasting flood. Returns the gap as it stands now.
 */
export function addGap(gaps: CoverageGap[], gap: CoverageGap): CoverageGap {
  const at = gaps.findLastIndex((one) => one.cause === gap.cause && (gaps.length >= gapsMax || near(one, gap)));
  const before = gaps[at];
  if (before === undefined) {
    if (gaps.length >= gapsMax) gaps.pop();
    gaps.push(gap);
    return gap;
  }
  const count = before.from === gap.from ? gap.count : sum(before.count, gap.count);
  const { to: _, ...rest } = before;
  const to = later(before.to, gap.to);
  const merged: CoverageGap = {
    ...rest,
    ...(to === undefined ? {} : { to }),
    ...(count === undefined ? {} : { count }),
    repaired: before.repaired && gap.repaired,
    detail: gap.detail,
  };
  // A word on the very same gap that it was repaired overrides.
  gaps[at] = before.from === gap.from ? { ...merged, repaired: gap.repaired } : merged;
  return gaps[at];
}

function near(one: CoverageGap, gap: CoverageGap): boolean {
  if (one.from === gap.from) return true;
  if (one.to === undefined || one.repaired !== gap.repaired) return false;
  return Date.parse(gap.from) - Date.parse(one.to) <= mergeMillis && gap.from >= one.from;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (b === undefined) return undefined;
  return a === undefined || b > a ? b : a;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : a + b;
}

/** Entries that a full store cost. */
export function storeGap(time: string, count: number): CoverageGap {
  return { cause: 'store-full', from: time, to: time, count, repaired: false, detail: 'entries lost' };
}
