import type { FactSet, Ledger } from '../../ledger/index.ts';
import type { BehaviourBody } from '../bodies.ts';
import { containerKey } from '../facts.ts';
import type { BehaviourFacts, BehaviourState } from './behaviour.ts';

/** How each container did last by its profile. */
export const behaviourFacts: FactSet = {
  name: 'behaviour',
  version: 1,
  tables: [
    'CREATE TABLE behaviours (container TEXT PRIMARY KEY, time TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID',
  ],
  apply(entry, transaction) {
    if (entry.kind !== 'behaviour') return;
    const { container, image: _, ...facts } = entry.body as unknown as BehaviourBody;
    const host = entry.producer.slice(0, entry.producer.indexOf('/'));
    transaction.run(
      'INSERT OR REPLACE INTO behaviours VALUES (?, ?, ?)',
      containerKey(host, container),
      entry.time,
      JSON.stringify(facts),
    );
  },
};

/** As the agent that runs now, or ran last, judged it: what an earlier one said by its policies is no word of today. */
export function storedBehaviour(ledger: Ledger, key: string): BehaviourState {
  const [agent] = ledger.query('SELECT max(started) AS started FROM watch_agents');
  const [row] = ledger.query('SELECT body FROM behaviours WHERE container = ? AND time >= ?', [
    key,
    String(agent?.['started'] ?? ''),
  ]);
  return row === undefined ? { state: 'not-checked' } : (JSON.parse(String(row['body'])) as BehaviourFacts);
}
