import type { Ledger } from '../ledger/index.ts';
import type { DriftFinding } from './behaviour/drift.ts';
import type { ContainerSeenBody } from './bodies.ts';
import { type CoverageGap, isCoverageCause } from './coverage.ts';
import { containerKey } from './facts.ts';
import type { Finding } from './finding.ts';

/** What the store knows of a container that an earlier agent watched. */
export interface Remembered {
  readonly since: string;
  readonly older: boolean;
  /** Of identity. */
  readonly findings: readonly string[];
  readonly drifts: readonly DriftFinding[];
  readonly packagesUsed: readonly string[];
  readonly packagesRead: readonly string[];
  /** Reason by path. */
  readonly unknown: ReadonlyMap<string, string>;
  readonly gaps: readonly CoverageGap[];
}

/** When the last agent on this host was last alive; undefined = none ever was. */
export function lastAlive(ledger: Ledger): string | undefined {
  const [row] = ledger.query('SELECT max(alive) AS alive FROM watch_agents WHERE host = ?', [ledger.host.id]);
  const alive = row?.['alive'];
  return typeof alive === 'string' ? alive : undefined;
}

/** The same container (same id, same creation), still running when it was last seen. */
export function remember(ledger: Ledger, display: string, created: string): Remembered | undefined {
  const key = containerKey(ledger.host.id, display);
  const [row] = ledger.query('SELECT * FROM watch_containers WHERE container = ? AND ended IS NULL', [key]);
  if (row === undefined) return undefined;
  const body = JSON.parse(String(row['body'])) as ContainerSeenBody;
  if (body.created !== created) return undefined;
  const used = ledger.query(
    `SELECT package, max("use" IN ('executed', 'mapped', 'loaded')) AS used FROM watch_uses
      WHERE container = ? AND package IS NOT NULL GROUP BY package`,
    [key],
  );
  const image = String(row['image'] ?? '');
  const findings = ledger
    .query('SELECT body FROM watch_findings WHERE container = ? AND time >= ?', [key, created])
    .map((one) => JSON.parse(String(one['body'])) as Finding);
  return {
    since: String(row['seen']),
    older: row['older'] === 1,
    findings: findings.filter(({ term }) => term === 'identity').map(({ id }) => id),
    drifts: findings.filter((one) => one.term === 'behaviour'),
    packagesUsed: used.filter((one) => one['used'] === 1).map((one) => String(one['package'])),
    packagesRead: used.map((one) => String(one['package'])),
    unknown: new Map(unjudgedFiles(ledger, key, image)),
    gaps: storedGaps(ledger, key),
  };
}

/** Gaps of one container and those of all. */
export function storedGaps(ledger: Ledger, key: string): readonly CoverageGap[] {
  const rows = ledger.query(`SELECT * FROM watch_gaps WHERE container = ? ORDER BY "from"`, [key]);
  return rows.flatMap((row) => {
    const cause = String(row['cause']);
    if (!isCoverageCause(cause)) return [];
    const to = row['to'];
    const count = row['count'];
    return [
      {
        cause,
        from: String(row['from']),
        ...(typeof to === 'string' ? { to } : {}),
        ...(typeof count === 'number' ? { count } : {}),
        repaired: row['repaired'] === 1,
        detail: String(row['detail']),
      },
    ];
  });
}

/** Containers of this host that were running when the last agent ended. */
export function runningBefore(ledger: Ledger): readonly { readonly display: string; readonly created: string }[] {
  const rows = ledger.query(
    `SELECT display, body FROM watch_containers WHERE ended IS NULL AND container LIKE ? ESCAPE '!'`,
    [`${ledger.host.id}/%`],
  );
  return rows.map((row) => ({
    display: String(row['display']),
    created: (JSON.parse(String(row['body'])) as ContainerSeenBody).created,
  }));
}

/** Paths that could not be judged, with the reason, and were not judged later. */
export function unjudgedFiles(ledger: Ledger, key: string, image: string): readonly (readonly [string, string])[] {
  const rows = ledger.query(
    `SELECT path, max(how) AS how FROM watch_uses u WHERE container = ? AND image = ? AND verdict = 'unknown'
      AND NOT EXISTS (SELECT 1 FROM watch_uses l WHERE l.container = u.container AND l.image = u.image AND l."use" = u."use"
        AND l.path = u.path AND l.verdict IN ('good', 'foreign') AND l.last >= u.last)
      GROUP BY path LIMIT 10000`,
    [key, image],
  );
  return rows.map((row) => [String(row['path']), String(row['how'])]);
}
