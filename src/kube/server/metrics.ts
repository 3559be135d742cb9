/** Counters, gauges and histograms in OpenMetrics' text (openmetrics.io, specification 1.0, "Text format"). */

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  value: number;
  /** Of a histogram: how many were at most each bound, not yet summed up. */
  readonly buckets: number[];
  sum: number;
}

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly bounds: readonly number[];
  readonly read?: () => number;
  readonly series: Map<string, Series>;
}

export const metricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Seconds. */
const bounds = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
/** Label values come from closed lists, so this is never reached; a metric is no place to grow without end. */
const mostSeries = 200;

export class Metrics {
  readonly #families = new Map<string, Family>();

  counter(name: string, help: string): this {
    return this.#add(name, { type: 'counter', help, bounds: [], series: new Map() });
  }

  histogram(name: string, help: string): this {
    return this.#add(name, { type: 'histogram', help, bounds, series: new Map() });
  }

  gauge(name: string, help: string, read: () => number): this {
    return this.#add(name, { type: 'gauge', help, bounds: [], read, series: new Map() });
  }

  count(name: string, labels: Labels = {}): void {
    const series = this.#series(name, labels);
    if (series !== undefined) series.value += 1;
  }

  observe(name: string, seconds: number, labels: Labels = {}): void {
    const family = this.#families.get(name);
    const series = this.#series(name, labels);
    if (family === undefined || series === undefined) return;
    series.value += 1;
    series.sum += seconds;
    const at = family.bounds.findIndex((bound) => seconds <= bound);
    if (at !== -1) series.buckets[at] = (series.buckets[at] ?? 0) + 1;
  }

  text(): string {
    return `${[...this.#families].flatMap(([name, family]) => familyLines(name, family)).join('\n')}\n# EOF\n`;
  }

  #add(name: string, family: Family): this {
    this.#families.set(name, family);
    return this;
  }

  #series(name: string, labels: Labels): Series | undefined {
    const family = this.#families.get(name);
    if (family === undefined) throw new TypeError(`no metric ${name}`);
    const key = labelText(labels);
    const known = family.series.get(key);
    if (known !== undefined || family.series.size >= mostSeries) return known;
    const made: Series = { labels, value: 0, sum: 0, buckets: family.bounds.map(() => 0) };
    family.series.set(key, made);
    return made;
  }
}

function familyLines(name: string, family: Family): readonly string[] {
  const head = [`# TYPE ${name} ${family.type}`, `# HELP ${name} ${family.help}`];
  if (family.read !== undefined) return [...head, `${name} ${family.read()}`];
  const suffix = family.type === 'counter' ? '_total' : '';
  const lines = [...family.series.values()].flatMap((series) =>
    family.type === 'histogram'
      ? histogramLines(name, family.bounds, series)
      : [`${name}${suffix}${labelText(series.labels)} ${series.value}`],
  );
  return [...head, ...lines];
}

function histogramLines(
  name: string,
  limits: readonly number[],
  { labels, value, sum, buckets }: Series,
): readonly string[] {
  let below = 0;
  const lines = limits.map((bound, at) => {
    below += buckets[at] ?? 0;
    return `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${below}`;
  });
  return [
    ...lines,
    `${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${value}`,
    `${name}_sum${labelText(labels)} ${sum}`,
    `${name}_count${labelText(labels)} ${value}`,
  ];
}

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, text]) => {
    const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
    return `${name}="${escaped}"`;
  });
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
