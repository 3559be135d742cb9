import type { Entry, FactSet, FactTransaction } from '../ledger/index.ts';
import type {
  ContainerEndedBody,
  ContainerSeenBody,
  CoverageBody,
  ObservationBody,
  RbomRevisionBody,
} from './bodies.ts';
import type { Finding } from './finding.ts';

/** `host/namespace/id`: the container of an entry, as the tables name it. */
export function containerKey(host: string, container: string): string {
  return `${host}/${container}`;
}

function keyOf(entry: Entry, container: string): string {
  return containerKey(entry.producer.slice(0, entry.producer.indexOf('/')), container);
}

/** Containers, what they used, findings and gaps: what the verbs and the agent's restart ask. */
export const watchFacts: FactSet = {
  name: 'watch',
  version: 1,
  tables: [
    `CREATE TABLE watch_containers (container TEXT PRIMARY KEY, display TEXT NOT NULL, name TEXT NOT NULL, workload TEXT,
      image TEXT, older INTEGER NOT NULL, seen TEXT NOT NULL, ended TEXT, body TEXT NOT NULL) STRICT, WITHOUT ROWID`,
    'CREATE INDEX watch_containers_by_image ON watch_containers (image)',
    `CREATE TABLE watch_uses (container TEXT NOT NULL, image TEXT NOT NULL, "use" TEXT NOT NULL, path TEXT NOT NULL,
      sha256 TEXT NOT NULL, verdict TEXT NOT NULL, how TEXT NOT NULL, "from" TEXT NOT NULL, package TEXT, layer INTEGER,
      first TEXT NOT NULL, last TEXT NOT NULL, count INTEGER NOT NULL,
      PRIMARY KEY (container, image, "use", path, sha256)) STRICT, WITHOUT ROWID`,
    'CREATE INDEX watch_uses_by_image ON watch_uses (image)',
    `CREATE TABLE watch_keys (container TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, image TEXT NOT NULL,
      "use" TEXT NOT NULL, path TEXT NOT NULL, sha256 TEXT NOT NULL, count INTEGER NOT NULL,
      PRIMARY KEY (container, kind, key)) STRICT, WITHOUT ROWID`,
    `CREATE TABLE watch_findings (id TEXT PRIMARY KEY, container TEXT NOT NULL, image TEXT, code TEXT NOT NULL,
      time TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID`,
    'CREATE INDEX watch_findings_by_container ON watch_findings (container, time)',
    `CREATE TABLE watch_gaps (container TEXT NOT NULL, cause TEXT NOT NULL, "from" TEXT NOT NULL, "to" TEXT, count INTEGER,
      repaired INTEGER NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (container, cause, "from")) STRICT, WITHOUT ROWID`,
    `CREATE TABLE watch_agents (started TEXT PRIMARY KEY, host TEXT NOT NULL, alive TEXT NOT NULL, stopped TEXT,
      body TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  ],
  apply(entry, transaction) {
    alive(entry, transaction);
    switch (entry.kind) {
      case 'agent-started':
        transaction.run(
          'INSERT OR REPLACE INTO watch_agents VALUES (?, ?, ?, NULL, ?)',
          entry.time,
          entry.producer.slice(0, entry.producer.indexOf('/')),
          entry.time,
          JSON.stringify(entry.body),
        );
        return;
      case 'agent-stopped':
        transaction.run(
          'UPDATE watch_agents SET stopped = ? WHERE started = (SELECT max(started) FROM watch_agents)',
          entry.time,
        );
        return;
      case 'container-seen':
        containerSeen(entry, transaction);
        return;
      case 'container-ended': {
        const body = entry.body as unknown as ContainerEndedBody;
        const key = keyOf(entry, body.container);
        transaction.run('UPDATE watch_containers SET ended = ? WHERE container = ?', entry.time, key);
        return;
      }
      case 'observation':
        observation(entry, transaction);
        return;
      case 'rbom-revision':
        counts(entry, transaction);
        return;
      case 'finding':
        finding(entry, transaction);
        return;
      case 'coverage':
        gaps(entry, transaction);
        return;
      case 'admission':
      case 'behaviour':
      case 'image-contents':
      case 'provenance':
      case 'verdict':
        return;
    }
  },
};

/** Every entry shows that its agent lived; a restart states the gap from here. */
function alive(entry: Entry, transaction: FactTransaction): void {
  transaction.run(
    'UPDATE watch_agents SET alive = max(alive, ?) WHERE started = (SELECT max(started) FROM watch_agents)',
    entry.time,
  );
}

function containerSeen(entry: Entry, transaction: FactTransaction): void {
  const body = entry.body as unknown as ContainerSeenBody;
  // Told of again when more became known; and an id may be used again after its container was removed.
  transaction.run(
    `INSERT INTO watch_containers VALUES (?, ?, ?, ?, ?, ?, ?, NULL, ?)
      ON CONFLICT (container) DO UPDATE SET name = excluded.name, workload = excluded.workload, image = excluded.image,
      older = excluded.older, seen = iif(ended IS NULL, seen, excluded.seen), ended = NULL, body = excluded.body`,
    keyOf(entry, body.container),
    body.container,
    body.name,
    entry.workload ?? null,
    body.image.key,
    body.older ? 1 : 0,
    entry.time,
    JSON.stringify(entry.body),
  );
}

function observation(entry: Entry, transaction: FactTransaction): void {
  const body = entry.body as unknown as ObservationBody;
  const container = keyOf(entry, body.container);
  const image = body.image ?? '';
  for (const file of body.files) {
    transaction.run(
      `INSERT INTO watch_uses VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)
        ON CONFLICT DO UPDATE SET verdict = excluded.verdict, how = excluded.how, "from" = excluded."from",
        package = excluded.package, layer = excluded.layer, first = min(first, excluded.first),
        last = max(last, excluded.last), count = count + 1`,
      container,
      image,
      file.use,
      file.path,
      file.sha256 ?? '',
      file.verdict,
      file.how,
      file.from,
      file.package,
      file.layer,
      file.time,
      file.time,
    );
    if (file.key !== null)
      transaction.run(
        'INSERT OR REPLACE INTO watch_keys VALUES (?, ?, ?, ?, ?, ?, ?, 1)',

        container,
        file.use === 'mapped' ? 'mapping' : 'exec',
        file.key,
        image,
        file.use,
        file.path,
        file.sha256 ?? '',
      );
  }
}

function counts(entry: Entry, transaction: FactTransaction): void {
  const body = entry.body as unknown as RbomRevisionBody;
  const container = keyOf(entry, body.container);
  for (const moved of body.counts) {
    const key = transaction.get(
      'SELECT * FROM watch_keys WHERE container = ? AND kind = ? AND key = ?',
      container,
      moved.kind,
      moved.key,
    );
    if (key === undefined) continue;
    const before = Number(key['count']);
    // A sensor started again counts from the beginning.
    const more = moved.count >= before ? moved.count - before : moved.count;
    transaction.run(
      'UPDATE watch_keys SET count = ? WHERE container = ? AND kind = ? AND key = ?',
      moved.count,
      container,
      moved.kind,
      moved.key,
    );
    transaction.run(
      `UPDATE watch_uses SET count = count + ?, last = max(last, ?)
        WHERE container = ? AND image = ? AND "use" = ? AND path = ? AND sha256 = ?`,
      more,
      moved.last,
      container,
      key['image'] ?? '',
      key['use'] ?? '',
      key['path'] ?? '',
      key['sha256'] ?? '',
    );
  }
}

function finding(entry: Entry, transaction: FactTransaction): void {
  const body = entry.body as unknown as Finding;
  const container = keyOf(entry, body.container);
  transaction.run(
    'INSERT OR IGNORE INTO watch_findings VALUES (?, ?, ?, ?, ?, ?)',
    body.id,
    container,
    body.image,
    body.code,
    body.time,
    JSON.stringify(entry.body),
  );
}

function gaps(entry: Entry, transaction: FactTransaction): void {
  const body = entry.body as unknown as CoverageBody;
  const container = body.container === null ? '' : keyOf(entry, body.container);
  for (const gap of body.gaps) {
    transaction.run(
      'INSERT OR REPLACE INTO watch_gaps VALUES (?, ?, ?, ?, ?, ?, ?)',
      container,
      gap.cause,
      gap.from,
      gap.to,
      gap.count,
      gap.repaired ? 1 : 0,
      gap.detail,
    );
  }
}
