import { access } from '../model.ts';
import { directoryOf } from '../pattern/index.ts';
import type { RuleName } from './rules.ts';
import { addTo, newTally, type Tally } from './tally.ts';

/** A file entry on its way. */
export interface FileRow {
  access: number;
  /** All that was seen of it were the image's own bytes. */
  ofImage: boolean;
  imageOnly: boolean;
  readonly sha256: Set<string>;
  readonly tally: Tally;
}

/** By pattern. */
export type FileTable = Map<string, FileRow>;

export function newFileRow(): FileRow {
  return { access: 0, ofImage: true, imageOnly: false, sha256: new Set(), tally: newTally() };
}

export interface Wider {
  readonly pattern: string;
  readonly rule: RuleName;
  /** Bits it has at least. */
  readonly access?: number;
  readonly imageOnly: boolean;
}

/** One entry takes the place of those rows; what they allowed it allows. */
export function widen(
  table: FileTable,
  { pattern, rule, access: least, imageOnly }: Wider,
  rows: Iterable<string>,
): void {
  const wide = table.get(pattern) ?? { ...newFileRow(), imageOnly };
  for (const name of rows) {
    const row = table.get(name);
    if (row === undefined || row === wide) continue;
    wide.access |= row.access;
    wide.ofImage &&= row.ofImage;
    addTo(wide.tally, row.tally);
    for (const one of row.tally.rules) wide.tally.rules.add(one);
    table.delete(name);
  }
  wide.access |= least ?? 0;
  wide.imageOnly &&= imageOnly;
  wide.tally.rules.add(rule);
  table.set(pattern, wide);
}

/** Rows of the image's own bytes that nobody wrote. */
export function isUntouched(row: FileRow): boolean {
  return row.ofImage && (row.access & access.write) === 0 && row.sha256.size === 0;
}

/** Whether a pattern lies below a directory. */
export function isBelow(pattern: string, directory: string): boolean {
  return pattern.startsWith(directory === '/' ? '/' : `${directory}/`) && pattern !== directory;
}

/** Rows by the directory they stand in. */
export function byDirectory(table: FileTable): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const pattern of table.keys()) {
    const directory = directoryOf(pattern);
    const rows = found.get(directory) ?? [];
    found.set(directory, rows);
    rows.push(pattern);
  }
  return found;
}
