import { HoldfastError } from '../errors/index.ts';
import type { Ledger, Row } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import { storedBehaviour } from './behaviour/facts.ts';
import type { ContainerSeenBody } from './bodies.ts';
import { type CoverageGap, coverageOf } from './coverage.ts';
import type { ContainerState } from './events.ts';
import type { Finding } from './finding.ts';
import { isFindingCode } from './finding-codes.ts';
import { storedGaps, unjudgedFiles } from './history.ts';
import type { MissingHash, MissingManifest } from './model.ts';
import { storedProvenance } from './provenance-facts.ts';

/** A container as the store knows it. */
export interface StoredContainer {
  /** `host/namespace/id`. */
  readonly key: string;
  /** `namespace/id`. */
  readonly display: string;
  readonly name: string;
  readonly workload: string | undefined;
  readonly image: Digest | undefined;
  readonly seen: string;
  readonly ended: string | undefined;
  readonly body: ContainerSeenBody;
}

function containerOf(row: Row): StoredContainer {
  const { workload, image, ended } = row;
  return {
    key: String(row['container']),
    display: String(row['display']),
    name: String(row['name']),
    workload: typeof workload === 'string' ? workload : undefined,
    image: typeof image === 'string' ? (image as Digest) : undefined,
    seen: String(row['seen']),
    ended: typeof ended === 'string' ? ended : undefined,
    body: JSON.parse(String(row['body'])) as ContainerSeenBody,
  };
}

/** All containers, running ones first, then by name. */
export function storedContainers(ledger: Ledger): readonly StoredContainer[] {
  const rows = ledger.query('SELECT * FROM watch_containers ORDER BY ended IS NOT NULL, display');
  return rows.map(containerOf);
}

/**
 * The one container that a person means: `namespace/id`, an id or its beginning, or a name. Running ones go first.
 *
 * @throws HoldfastError `not-found`, `usage` when several fit
 */
export function findContainer(ledger: Ledger, text: string): StoredContainer {
  const all = storedContainers(ledger);
  const id = (one: StoredContainer): string => one.display.slice(one.display.indexOf('/') + 1);
  const ways: readonly ((one: StoredContainer) => boolean)[] = [
    (one) => one.key === text || one.display === text || id(one) === text,
    (one) => one.name === text,
    (one) => text !== '' && (id(one).startsWith(text) || one.display.startsWith(text)),
  ];
  for (const way of ways) {
    const fitting = all.filter(way);
    const running = fitting.filter((one) => one.ended === undefined);
    const few = running.length > 0 ? running : fitting;
    const [first, second] = few;
    if (second !== undefined)
      throw new HoldfastError(
        'usage',
        `several containers fit: ${few
          .slice(0, 5)
          .map((one) => one.display)
          .join(', ')}`,
        {
          place: text,
        },
      );
    if (first !== undefined) return first;
  }
  throw new HoldfastError('not-found', 'no such container in the store', { place: text });
}

/** Containers that ran an image, by any of its digests or the beginning of one. */
export function containersOfImage(ledger: Ledger, digest: string): readonly StoredContainer[] {
  return storedContainers(ledger).filter(({ body: { image } }) =>
    [image.key, image.manifest, image.index, image.config].some((one) => one?.startsWith(digest) === true),
  );
}

/** An agent that was not heard of for so long does not watch any more. */
const silentMillis = 90_000;

/** When the agent last said something, if it does not watch now. */
function notWatchedSince(ledger: Ledger, now: string): string | undefined {
  const [row] = ledger.query('SELECT * FROM watch_agents ORDER BY started DESC LIMIT 1');
  if (row === undefined) return now;
  const stopped = row['stopped'];
  if (typeof stopped === 'string') return stopped;
  const alive = String(row['alive']);
  return Date.parse(now) - Date.parse(alive) > silentMillis ? alive : undefined;
}

/** Gaps of all containers; what a kernel lacked under an earlier agent ended with that agent. */
function gapsOfAll(ledger: Ledger): readonly CoverageGap[] {
  const [row] = ledger.query('SELECT max(started) AS started FROM watch_agents');
  const started = String(row?.['started'] ?? '');
  return storedGaps(ledger, '').map((gap) =>
    gap.cause === 'sensor-lacks' && gap.to === undefined && gap.from < started ? { ...gap, to: started } : gap,
  );
}

/** The same that the agent tells while it runs, from the store alone. `now`: RFC 3339. */
export function storedState(ledger: Ledger, container: StoredContainer, now: string): ContainerState {
  const findings = ledger.query(
    'SELECT id, code FROM watch_findings WHERE container = ? AND time >= ? ORDER BY time, id',
    [container.key, container.body.created],
  );
  const unknown = new Map<MissingHash | MissingManifest, number>();
  for (const [, how] of unjudgedFiles(ledger, container.key, container.image ?? '')) {
    const reason = how as MissingHash | MissingManifest;
    unknown.set(reason, (unknown.get(reason) ?? 0) + 1);
  }
  const gaps = [...storedGaps(ledger, container.key), ...gapsOfAll(ledger)];
  const since = container.ended === undefined ? notWatchedSince(ledger, now) : undefined;
  if (since !== undefined)
    gaps.push({ cause: 'agent-restart', from: since, repaired: false, detail: 'Holdfast does not run now' });
  return {
    container: container.display,
    image: container.image ?? null,
    identity: {
      findings: findings.filter((row) => isFindingCode(String(row['code']))).map((row) => String(row['id'])),
      unknown,
      image: imageState(ledger, container),
    },
    behaviour: storedBehaviour(ledger, container.key),
    provenance: storedProvenance(ledger, container.body.image.manifest ?? undefined),
    coverage: coverageOf(container.seen, container.ended ?? now, gaps),
  };
}

function imageState(ledger: Ledger, container: StoredContainer): ContainerState['identity']['image'] {
  const { key, keyKind, unreadable } = container.body.image;
  if (key === null) return (unreadable as MissingManifest | null) ?? 'image-unknown';
  const [row] = ledger.query('SELECT complete FROM images WHERE image = ?', [key]);
  if (row?.['complete'] === 1) return keyKind === 'config' ? 'ambiguous' : 'ready';
  if (isSigned(ledger, container)) return 'ready';
  if (unreadable !== null) return unreadable as MissingManifest;
  return container.ended === undefined ? 'reading' : 'image-unreadable';
}

/** A signed file manifest stands for what could not be read. */
function isSigned(ledger: Ledger, { body: { image } }: StoredContainer): boolean {
  const [row] = ledger.query(
    `SELECT max(i.complete) AS complete FROM provenance_images p, json_each(p.body, '$.files') f
      JOIN images i ON i.image = json_extract(f.value, '$.evidence') WHERE p.image = ?`,
    [image.manifest ?? ''],
  );
  return row?.['complete'] === 1;
}

/** Packages in use, merely read, and in the image. */
export function storedPackages(
  ledger: Ledger,
  container: StoredContainer,
): { readonly used: number; readonly read: number; readonly total: number } {
  const [row] = ledger.query(
    `SELECT count(DISTINCT iif("use" IN ('executed', 'mapped', 'loaded'), package, NULL)) AS used,
      count(DISTINCT package) AS all_ FROM watch_uses WHERE container = ? AND image = ?`,
    [container.key, container.image ?? ''],
  );
  const [image] = ledger.query('SELECT packages FROM images WHERE image = ?', [container.image ?? '']);
  const used = Number(row?.['used'] ?? 0);
  return { used, read: Number(row?.['all_'] ?? 0) - used, total: Number(image?.['packages'] ?? 0) };
}

/** Newest first; of one container or of all. */
export function storedFindings(ledger: Ledger, container?: StoredContainer): readonly Finding[] {
  const rows =
    container === undefined
      ? ledger.query('SELECT body FROM watch_findings ORDER BY time DESC, id LIMIT 10000')
      : ledger.query('SELECT body FROM watch_findings WHERE container = ? ORDER BY time DESC, id LIMIT 10000', [
          container.key,
        ]);
  return rows.map((row) => JSON.parse(String(row['body'])) as Finding);
}

/** By id or its beginning (with or without `F-`). @throws HoldfastError `not-found`, `usage` when several fit */
export function findFinding(ledger: Ledger, text: string): Finding {
  const wanted = text.startsWith('F-') ? text : `F-${text}`;
  const rows = ledger.query('SELECT body FROM watch_findings WHERE substr(id, 1, ?) = ? LIMIT 2', [
    wanted.length,
    wanted,
  ]);
  const [first, second] = rows;
  if (first === undefined) throw new HoldfastError('not-found', 'no such finding in the store', { place: text });
  if (second !== undefined) throw new HoldfastError('usage', 'several findings begin so', { place: text });
  return JSON.parse(String(first['body'])) as Finding;
}
