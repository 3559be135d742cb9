import type { Problems } from './problems.ts';
import { linesOf, resolvePath } from './text.ts';

const mostLines = 500_000;

/**
 * The paths in a RECORD: comma-separated, the path first, quoted where it holds a comma or a quote; relative to the
 * directory that holds the dist-info. Python packaging, "Recording installed projects".
 */
export function readRecord(text: string, directory: string, place: string, problems: Problems): readonly string[] {
  const paths: string[] = [];
  let line = 0;
  for (const row of linesOf(text)) {
    line++;
    if (row === '') continue;
    if (line > mostLines) {
      problems.add('package-too-many', place, `more than ${mostLines} lines`);
      break;
    }
    const path = firstCell(row);
    if (path === undefined || path === '' || path.includes('\0')) {
      problems.add('python-record', `${place}:${line}`, 'no path');
      continue;
    }
    paths.push(resolvePath(directory, path));
  }
  return paths;
}

function firstCell(row: string): string | undefined {
  if (!row.startsWith('"')) {
    const comma = row.indexOf(',');
    return comma < 0 ? row : row.slice(0, comma);
  }
  const match = /^"((?:[^"]|"")*)"(?:,|$)/.exec(row);
  return match?.[1]?.replaceAll('""', '"');
}

/** `installed-files.txt`: a path a line, relative to the egg-info directory. */
export function readInstalledFiles(text: string, eggInfo: string): readonly string[] {
  return [...linesOf(text)].filter((line) => line !== '').map((line) => resolvePath(eggInfo, line));
}
