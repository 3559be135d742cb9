import { access } from '../model.ts';
import { directoryOf } from '../pattern/index.ts';
import { type FileTable, isBelow, isUntouched, widen } from './file-table.ts';
import type { RuleName } from './rules.ts';

/** What a program or a library comes to use late, and so perhaps after a recording has ended. */
interface Late {
  readonly rule: RuleName;
  /** Seen among files and programs. */
  readonly when: RegExp;
  /** `DIR`: the directory of the C library. */
  readonly uses: readonly string[];
  readonly access: number;
  readonly imageOnly: boolean;
}

const scratch = { rule: 'scratch-files', access: access.read | access.write, imageOnly: false } as const;
const library = { rule: 'late-libraries', access: access.read | access.execute, imageOnly: true } as const;

/** Bodies of requests, answers of upstreams: Debian's build, and nginx.org's. */
const nginxSpills = ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].flatMap((one) => [
  `/var/lib/nginx/${one}/**`,
  `/var/cache/nginx/${one === 'body' ? 'client' : one}_temp/**`,
]);

/** What modules of Python's standard library are linked with. */
const pythonLibraries = ['bz2', 'crypt', 'crypto', 'db', 'expat', 'ffi', 'gdbm', 'lzma', 'mpdec', 'ncursesw', 'nsl', 'panelw', 'readline', 'sqlite3', 'ssl', 'tinfo', 'tirpc', 'uuid', 'z']; // biome-ignore format: a list of words

/** The same of Ruby's. */
const rubyLibraries = ['crypt', 'crypto', 'edit', 'ffi', 'gdbm', 'gmp', 'ncursesw', 'readline', 'ssl', 'tinfo', 'yaml-0', 'z']; // biome-ignore format: a list of words

const cLibrary = /\/libc\.so\.6$/;
const python = /\/(?:python3(?:\.\d+)?|libpython3[\d.]*\.so[^/]*)$/;
const ruby = /\/(?:ruby[\d.]*|libruby[-.\d]*\.so[^/]*)$/;
const php = /\/(?:php(?:-fpm|-cgi)?[\d.]*|libphp[\d.]*\.so)$/;

const late: readonly Late[] = [
  { ...scratch, when: /\/nginx$/, uses: nginxSpills },
  { ...scratch, when: python, uses: ['/tmp/tmp{rnd}', '/tmp/tmp{rnd}/**'] },
  { ...scratch, when: /\/libsqlite3\.so[^/]*$/, uses: ['/tmp/etilqs_{rnd}', '/var/tmp/etilqs_{rnd}'] },
  { ...scratch, when: ruby, uses: ['/tmp/*{date}-{n}-*', '/tmp/*{date}-{n}-*/**'] },
  { ...scratch, when: php, uses: ['/tmp/php{rnd}'] },
  { ...scratch, when: /\/sort$/, uses: ['/tmp/sort{rnd}'] },
  { ...scratch, when: cLibrary, uses: ['/tmp/#{n}', '/var/tmp/#{n}', '/dev/shm/#{n}', '/dev/shm/sem.{rnd}'] },
  { ...library, when: cLibrary, uses: ['DIR/libgcc_s.so.1'] },
  { ...library, when: /\/libcrypto\.so[^/]*$/, uses: ['DIR/ossl-modules/*.so', 'DIR/engines-*/*.so'] },
  { ...library, when: ruby, uses: rubyLibraries.map((one) => `DIR/lib${one}.so.*`) },
  { ...library, when: python, uses: pythonLibraries.map((one) => `DIR/lib${one}.so.*`) },
];

/** Entries that belong to what was seen. `programs`: paths. */
export function lateUses(table: FileTable, programs: readonly string[]): void {
  const seen = [...table.keys(), ...programs];
  const directories = seen.filter((one) => cLibrary.test(one)).map(directoryOf);
  for (const { rule, when, uses, access: least, imageOnly } of late) {
    if (!seen.some((one) => when.test(one))) continue;
    const patterns = uses.flatMap((one) =>
      one.startsWith('DIR/') ? directories.map((directory) => `${directory}${one.slice('DIR'.length)}`) : [one],
    );
    for (const pattern of patterns) {
      const rows = [...table].filter(([one, row]) => {
        const inside = pattern.endsWith('/**') && isBelow(one, directoryOf(pattern));
        return inside && (row.access & ~least) === 0 && (!imageOnly || isUntouched(row));
      });
      widen(table, { pattern, rule, access: least, imageOnly }, rows.map(([one]) => one)); // biome-ignore format: short
    }
  }
}
