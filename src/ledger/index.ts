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
