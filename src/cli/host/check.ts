/** One thing `holdfast doctor` looked at. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'partial' | 'missing' | 'unknown';
  /** What was found, or the errno and the call that said no. */
  readonly detail: string;
  /** Of a hook: what it shows, or what stays unseen without it. */
  readonly shows?: string;
  /** Without it identity can't be judged on this host. */
  readonly needed: boolean;
  /** What would improve it; absent when nothing is wanting. */
  readonly remedy?: string;
}

/** What all checks together say: every needed one is there, one is missing, or that could not be told. */
export type Base = 'complete' | 'missing' | 'unknown';

export function baseOf(checks: readonly Check[]): Base {
  const needed = checks.filter((check) => check.needed);
  if (needed.some((check) => check.state === 'missing')) return 'missing';
  return needed.some((check) => check.state === 'unknown') ? 'unknown' : 'complete';
}
