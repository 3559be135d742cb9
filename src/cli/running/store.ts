import { type Ledger, openLedger, storeDirectory } from '../../ledger/index.ts';
import { behaviourFacts, imageFacts, provenanceFacts, watchFacts } from '../../watch/index.ts';

const factSets = [watchFacts, imageFacts, provenanceFacts, behaviourFacts];

/** The store for reading, beside an agent that may be writing. `directory`: --store. */
export function openStore(directory: string | undefined): Ledger {
  return openLedger({
    mode: 'read',
    directory: storeDirectory(directory, process.env, process.getuid?.() ?? -1),
    factSets,
  });
}

export function openStoreForWatching(directory: string | undefined): Ledger {
  return openLedger({
    mode: 'write',
    directory: storeDirectory(directory, process.env, process.getuid?.() ?? -1),
    factSets,
    component: 'watch',
  });
}
