export { canonicalJson } from './canonical.ts';
export { storeDirectory } from './directory.ts';
export { readHost } from './host.ts';
export { canonicalEntry, leafOf } from './leaf.ts';
export type {
  Appended,
  AppendOptions,
  Blob,
  CheckReport,
  Entry,
  EntryFilter,
  EvidenceKind,
  FactSet,
  FactTransaction,
  Host,
  Json,
  Ledger,
  LedgerProblem,
  NewEntry,
  Row,
  SqlValue,
} from './model.ts';
export { evidenceKinds } from './model.ts';
export { type OpenOptions, openLedger, type ReadOptions, type WriteOptions } from './open.ts';
export { bounds as ledgerBounds } from './prepare.ts';
