import type { FactSet, Ledger } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { ProvenanceBody } from './bodies.ts';
import type { ProvenanceState } from './provenance.ts';

/** What policies said last of each image that ran. */
export const provenanceFacts: FactSet = {
  name: 'provenance',
  version: 1,
  tables: [
    `CREATE TABLE provenance_images (image TEXT PRIMARY KEY, name TEXT NOT NULL, time TEXT NOT NULL, state TEXT NOT NULL,
      detail TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID`,
  ],
  apply(entry, transaction) {
    if (entry.kind !== 'provenance') return;
    const body = entry.body as unknown as ProvenanceBody;
    transaction.run(
      'INSERT OR REPLACE INTO provenance_images VALUES (?, ?, ?, ?, ?, ?)',
      body.image,
      body.name,
      entry.time,
      body.state,
      body.detail,
      JSON.stringify(body),
    );
  },
};

/** As the agent that runs now, or ran last, judged it: what an earlier one said under its policies is no word of today. */
export function storedProvenance(ledger: Ledger, image: Digest | undefined): ProvenanceState {
  const [agent] = ledger.query('SELECT max(started) AS started FROM watch_agents');
  const [row] = ledger.query('SELECT * FROM provenance_images WHERE image = ? AND time >= ?', [
    image ?? '',
    String(agent?.['started'] ?? ''),
  ]);
  if (row === undefined) return { state: 'not-checked' };
  return { state: String(row['state']), detail: String(row['detail']) } as ProvenanceState;
}
