/** Of a list of samples: the middle, and the middle half. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Nearest-rank quantile. @throws on an empty list: a benchmark without samples has no figure */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
  if (value === undefined) throw new Error('no samples');
  return value;
}

export function spread(samples: readonly number[]): Spread {
  return { median: quantile(samples, 0.5), low: quantile(samples, 0.25), high: quantile(samples, 0.75) };
}

/** How much longer b took than a, in per cent, pair by pair: round i of one against round i of the other. */
export function slowdown(a: readonly number[], b: readonly number[]): Spread {
  return spread(
    b.map((value, index) => {
      const base = a[index];
      if (base === undefined) throw new Error('rounds are not paired');
      return (value / base - 1) * 100;
    }),
  );
}
