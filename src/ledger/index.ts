export type { Entry, EvidenceKind, Json, NewEntry } from './model.ts';
