import { access } from '../model.ts';
import { type FileTable, isBelow, isUntouched, newFileRow, widen } from './file-table.ts';

/** Of packages: `/usr/bin/ruby3.1` has `/usr/share/ruby`. Shorter names are those of others. */
const shortest = 3;

/** What a program's package brings for it to read: icons, languages, pages of errors. The image's bytes only. */
export function ownData(
  table: FileTable,
  programs: readonly string[],
  isImageDirectory: (path: string) => boolean,
): void {
  const names = programs.flatMap((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return [name, name.replace(/[\d.]+$/, '')];
  });
  for (const name of new Set(names)) {
    const directory = `/usr/share/${name}`;
    if (name.length < shortest || !isImageDirectory(directory)) continue;
    const rows = [...table].filter(
      ([pattern, row]) => isBelow(pattern, directory) && row.access === access.read && isUntouched(row),
    );
    const patterns = rows.map(([pattern]) => pattern);
    widen(table, { pattern: `${directory}/**`, rule: 'image-data', access: access.read, imageOnly: true }, patterns);
  }
}

/** A daemon writes its number under another name first, and nobody knows which of the two is seen. */
export function pidFiles(table: FileTable): void {
  const written = [...table].filter(
    ([pattern, row]) => (row.access & access.write) !== 0 && !row.ofImage && pattern.endsWith('.pid'),
  );
  for (const [pattern] of written)
    for (const beside of [`${pattern}.tmp`, `${pattern}.{rnd}`]) {
      const added = table.get(beside) ?? newFileRow();
      added.ofImage = false;
      added.access |= access.read | access.write;
      added.tally.rules.add('temporary-names');
      table.set(beside, added);
    }
}
