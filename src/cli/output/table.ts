import { stripVTControlCharacters } from 'node:util';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The column that gives way, cut with `…`, when the lines would be wider than the screen. */
  readonly shrinks?: boolean;
}

const gap = '  ';
const narrowest = 12;

/** Columns a text takes on the screen; colours take none. One per code point: wide characters are not measured. */
function widthOf(cell: string): number {
  return Array.from(stripVTControlCharacters(cell)).length;
}

/** Cut in the middle: the beginning and the end of a path say most. A coloured cell loses its colour when cut. */
function cut(cell: string, width: number): string {
  if (widthOf(cell) <= width) return cell;
  const points = Array.from(stripVTControlCharacters(cell));
  const head = Math.ceil((width - 1) / 3);
  return `${points.slice(0, head).join('')}…${points.slice(points.length - (width - 1 - head)).join('')}`;
}

/**
 * Lines of a table, titles first, newline at the end. Cells are printed as they are: pass text from outside through `printable`.
 * @param width columns of the screen; undefined = never cut (a pipe or a file gets everything)
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined = process.stdout.isTTY ? process.stdout.columns : undefined,
): string {
  const all = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, at) => all.reduce((most, row) => Math.max(most, widthOf(row[at] ?? '')), 0));
  const excess = widths.reduce((sum, one) => sum + one, gap.length * (columns.length - 1)) - (width ?? Infinity);
  const giving = columns.findIndex((column) => column.shrinks);
  if (excess > 0 && giving >= 0) widths[giving] = Math.max(narrowest, (widths[giving] ?? 0) - excess);

  const line = (row: readonly string[]): string => {
    const cells = columns.map((column, at) => {
      const room = widths[at] ?? 0;
      const cell = at === giving ? cut(row[at] ?? '', room) : (row[at] ?? '');
      const fill = ' '.repeat(Math.max(0, room - widthOf(cell)));
      return column.align === 'right' ? fill + cell : cell + fill;
    });
    return `${cells.join(gap).trimEnd()}\n`;
  };
  return all.map(line).join('');
}
