import type { ImageContents, ImageFile } from '../contents/index.ts';
import { colour, printable, table } from './output/index.ts';

const mostDirectories = 10;
const mostProblems = 20;

export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1] ?? ''}`;
}

/** What people see of an image's contents. */
export function contentsPage(contents: ImageContents): string {
  return [about(contents), layers(contents), packages(contents), unowned(contents.files), problems(contents)]
    .filter((part) => part !== '')
    .join('\n');
}

function about(contents: ImageContents): string {
  const { identity, platform, distribution } = contents;
  const bytes = contents.files.reduce((sum, file) => sum + file.size, 0);
  const system =
    distribution === undefined ? '' : `, ${distribution.name ?? `${distribution.id} ${distribution.version ?? ''}`}`;
  const rows: (readonly [string, string])[] = [
    ['index', identity.index ?? 'none'],
    ['manifest', identity.manifest ?? 'none'],
    ['config', identity.config ?? 'none'],
    ['platform', `${platform.os}/${platform.architecture}${system}`],
    ['files', `${contents.files.length} regular, ${bytesText(bytes)}; ${contents.links.length} symlinks`],
    ['packages', `${contents.packages.length}`],
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)}${printable(value)}\n`).join('');
}

function layers(contents: ImageContents): string {
  if (contents.layers.length === 0) return '';
  const files = new Map<number, ImageFile[]>(Map.groupBy(contents.files, (file) => file.layer));
  const rows = contents.layers.map((layer, index) => {
    const left = files.get(index) ?? [];
    const bytes = left.reduce((sum, file) => sum + file.size, 0);
    return [`${index}`, layer.digest, bytesText(layer.size), `${left.length}`, bytesText(bytes)];
  });
  return table(
    [
      { title: 'layer', align: 'right' },
      { title: 'digest', shrinks: true },
      { title: 'stored', align: 'right' },
      { title: 'files left', align: 'right' },
      { title: 'bytes left', align: 'right' },
    ],
    rows,
  );
}

function packages(contents: ImageContents): string {
  if (contents.packages.length === 0) return '';
  const owned = Map.groupBy(contents.files, (file) =>
    file.owner === undefined ? undefined : contents.packages[file.owner]?.type,
  );
  const types = Map.groupBy(contents.packages, (one) => one.type);
  const rows = [...types]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, all]) => [type, `${all.length}`, `${owned.get(type)?.length ?? 0}`]);
  return table(
    [{ title: 'packages of type' }, { title: 'count', align: 'right' }, { title: 'files owned', align: 'right' }],
    rows,
  );
}

/** Files no package owns, by the first two directories of their path, most first. */
function unowned(files: readonly ImageFile[]): string {
  const none = files.filter((file) => file.owner === undefined);
  if (none.length === 0) return '';
  const directories = [...Map.groupBy(none, (file) => directoryOf(file.path))].toSorted(
    ([a, some], [b, more]) => more.length - some.length || (a < b ? -1 : 1),
  );
  const rows = directories
    .slice(0, mostDirectories)
    .map(([directory, all]) => [
      printable(directory),
      `${all.length}`,
      bytesText(all.reduce((sum, file) => sum + file.size, 0)),
    ]);
  const rest = directories.length - rows.length;
  return (
    table(
      [
        { title: `${none.length} files no package owns, in`, shrinks: true },
        { title: 'files', align: 'right' },
        { title: 'bytes', align: 'right' },
      ],
      rows,
    ) + (rest > 0 ? `and ${rest} directories more\n` : '')
  );
}

function directoryOf(path: string): string {
  const parts = path.split('/');
  return parts.length <= 2 ? '/' : parts.slice(0, Math.min(3, parts.length - 1)).join('/');
}

function problems(contents: ImageContents): string {
  const { problems: all } = contents;
  if (all.length === 0) return '';
  const rows = all
    .slice(0, mostProblems)
    .map((problem) => [colour('yellow', problem.code), printable(problem.place), printable(problem.message)]);
  const rest = all.length - rows.length;
  const titles = [{ title: `${all.length} problems` }, { title: 'where', shrinks: true }, { title: 'what' }];
  return table(titles, rows) + (rest > 0 ? `and ${rest} more: see --json\n` : '');
}
