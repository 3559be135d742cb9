const weights: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
};
const privileges = { U: { N: 0.85, L: 0.62, H: 0.27 }, C: { N: 0.85, L: 0.68, H: 0.5 } } as const;

/** The base score of a CVSS 3.0 or 3.1 vector (v3.1 specification, section 7.1). Undefined: it is none. */
export function cvss3Score(vector: string): number | undefined {
  if (!/^CVSS:3\.[01]\/[A-Z:/]{1,200}$/.test(vector)) return undefined;
  const pairs = vector
    .split('/')
    .slice(1)
    .map((pair) => pair.split(':'));
  const metrics = new Map(pairs.map(([key = '', value = '']) => [key, value]));
  if (metrics.size !== pairs.length) return undefined;
  const weight = (name: string): number => weights[name]?.[metrics.get(name) ?? ''] ?? Number.NaN;
  const scope = metrics.get('S');
  if (scope !== 'U' && scope !== 'C') return undefined;
  const needed = privileges[scope][(metrics.get('PR') ?? '') as 'N' | 'L' | 'H'] ?? Number.NaN;
  const base = 1 - (1 - weight('C')) * (1 - weight('I')) * (1 - weight('A'));
  const impact = scope === 'U' ? 6.42 * base : 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15;
  const exploitability = 8.22 * weight('AV') * weight('AC') * needed * weight('UI');
  if (Number.isNaN(impact + exploitability)) return undefined;
  if (impact <= 0) return 0;
  return roundUp(Math.min(10, (scope === 'U' ? 1 : 1.08) * (impact + exploitability)));
}

/** Appendix A: to one decimal, up, in whole numbers so that 4.02 does not become 4.1 by the error of a float. */
function roundUp(score: number): number {
  const whole = Math.round(score * 100_000);
  return whole % 10_000 === 0 ? whole / 100_000 : (Math.floor(whole / 10_000) + 1) / 10;
}
