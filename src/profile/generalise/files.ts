import { profileLimits } from '../limits.ts';
import { access, type FileEntry } from '../model.ts';
import type { FileUsed } from '../observation.ts';
import { pathPattern } from '../pattern/index.ts';
import { dataDirectories } from './data.ts';
import { imageDirectories } from './directories.ts';
import { type FileTable, newFileRow } from './file-table.ts';
import type { Gathered } from './gather.ts';
import { lateUses } from './late.ts';
import { generaliseName } from './names.ts';
import { ownData, pidFiles } from './own.ts';
import { knownPlaces } from './places.ts';
import { addTo, seenOf } from './tally.ts';

export interface FilesFound {
  readonly files: readonly FileEntry[];
  /** Executed, and neither the image's nor hashed: what could be allowed of it would be anything. */
  readonly unpinned: readonly Gathered<FileUsed>[];
}

/** What was done with files, as entries. `programs`: paths of those that ran. */
export function generaliseFiles(
  seen: readonly Gathered<FileUsed>[],
  isImageDirectory: (path: string) => boolean,
  programs: readonly string[] = [],
): FilesFound {
  const table: FileTable = new Map();
  const unpinned: Gathered<FileUsed>[] = [];
  const written = new Set(seen.filter((one) => one.observation.access === 'write').map((one) => one.observation.path));
  for (const one of seen) {
    const { path, ofImage, sha256 } = one.observation;
    const execute = one.observation.access === 'execute';
    if (execute && !ofImage && sha256 === undefined) {
      unpinned.push(one);
      continue;
    }
    // What runs keeps its own name: a pattern would let another file run in its place.
    const plain = execute || ofImage || isImageDirectory(path);
    const name = plain
      ? { pattern: pathPattern(path), rules: [] }
      : generaliseName(path, { isImageDirectory, written: written.has(path) });
    const row = table.get(name.pattern) ?? newFileRow();
    table.set(name.pattern, row);
    addTo(row.tally, one);
    for (const rule of name.rules) row.tally.rules.add(rule);
    row.access |= access[one.observation.access];
    row.ofImage &&= ofImage;
    if (execute && !ofImage && sha256 !== undefined) {
      if (row.sha256.size < profileLimits.pins) row.sha256.add(sha256);
      else unpinned.push(one);
    }
  }
  knownPlaces(table);
  imageDirectories(table);
  dataDirectories(table, isImageDirectory);
  pidFiles(table);
  ownData(table, programs, isImageDirectory);
  lateUses(table, programs);
  return { files: [...table].map(entryOf).sort((a, b) => (a.pattern < b.pattern ? -1 : 1)), unpinned };
}

function entryOf([pattern, row]: readonly [string, ReturnType<typeof newFileRow>]): FileEntry {
  const { access: allowed, imageOnly, sha256, tally } = row;
  return { pattern, access: allowed, imageOnly, sha256: [...sha256].sort(), ...seenOf(tally) };
}
