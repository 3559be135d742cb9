import { access } from '../model.ts';
import { directoryOf } from '../pattern/index.ts';
import { type FileTable, isBelow, isUntouched, newFileRow, widen } from './file-table.ts';
import type { RuleName } from './rules.ts';

interface Place {
  readonly rule: RuleName;
  /** Seen: the whole place is allowed. */
  readonly when: RegExp;
  /** Directories that are read whole. */
  readonly below: readonly { readonly directory: string; readonly imageOnly: boolean }[];
}

const places: readonly Place[] = [
  {
    rule: 'time-zones',
    when: /^\/etc\/localtime$|^\/usr\/share\/zoneinfo\/|\/(?:libc\.so\.6|libc\.musl-[^/]*|ld-musl-[^/]*)$/,
    below: [{ directory: '/usr/share/zoneinfo', imageOnly: false }],
  },
  {
    rule: 'locales',
    when: /^\/usr\/(?:lib|share)\/locale\/|\/libc\.so\.6$/,
    below: [
      { directory: '/usr/lib/locale', imageOnly: true },
      { directory: '/usr/share/locale', imageOnly: true },
    ],
  },
  {
    rule: 'certificates',
    when: /^\/etc\/ssl\/certs\/|^\/usr\/share\/ca-certificates\/|^\/etc\/ssl\/(?:cert\.pem|openssl\.cnf)$|\/lib(?:ssl|gnutls)\.so[^/]*$/,
    below: [
      { directory: '/etc/ssl/certs', imageOnly: false },
      { directory: '/usr/share/ca-certificates', imageOnly: true },
    ],
  },
];

/** The C library, or what it reads of its character sets; the directory they lie in. */
const characterSets = /^(.*)\/(?:libc\.so\.6|gconv\/gconv-modules(?:\.cache)?)$/;

const nameService = /^\/etc\/(?:nsswitch|resolv)\.conf$|\/libnss_[^/]*\.so[^/]*$/;
const nameServiceFiles = ['gai.conf', 'group', 'host.conf', 'hosts', 'nsswitch.conf', 'passwd', 'protocols', 'resolv.conf', 'services']; // biome-ignore format: a list of words

/** Places where what is needed depends on who asks: seen once, allowed whole, for reading. */
export function knownPlaces(table: FileTable): void {
  const seen = [...table.keys()];
  for (const { rule, when, below } of places) {
    if (!seen.some((pattern) => when.test(pattern))) continue;
    for (const { directory, imageOnly } of below) {
      const rows = [...table].filter(
        ([pattern, row]) =>
          isBelow(pattern, directory) && row.access === access.read && (!imageOnly || isUntouched(row)),
      );
      const patterns = rows.map(([pattern]) => pattern);
      widen(table, { pattern: `${directory}/**`, rule, access: access.read, imageOnly }, patterns);
    }
  }
  dropIns(table);
  for (const pattern of seen) {
    const directory = characterSets.exec(pattern)?.[1];
    if (directory === undefined) continue;
    add(table, `${directory}/gconv/*`, access.read | access.execute, 'locales', true);
  }
  if (!seen.some((pattern) => nameService.test(pattern))) return;
  for (const name of nameServiceFiles) add(table, `/etc/${name}`, access.read, 'name-service');
  const libraries = seen.filter((pattern) => /\/libnss_[^/]*\.so[^/]*$/.test(pattern));
  const directories = new Set(libraries.map((pattern) => pattern.slice(0, pattern.lastIndexOf('/'))));
  for (const directory of directories) {
    const rows = libraries.filter((pattern) => {
      const row = table.get(pattern);
      return row !== undefined && pattern.startsWith(`${directory}/libnss_`) && isUntouched(row);
    });
    const pattern = `${directory}/libnss_*.so*`;
    const least = access.read | access.execute;
    widen(table, { pattern, rule: 'name-service', access: least, imageOnly: true }, rows);
  }
}

/** Directories of fragments, each read because it is there; and what lies beside configuration that was mounted. */
const fragments = /^\/etc\/(?:.+\/)?(?:[a-z]+[-.])?(?:conf\.d|d|sites-enabled|modules-enabled)$/;
const mounted = /^\/etc\/.+\/[^/]+\.(?:conf|cfg|cnf|ini|json|ya?ml|toml|properties|xml|map|lst|acl|rules)$/;
/** Certificates, by whole names: sites come to be more. Where they are numbered, each renewal is the next; a key is by name. */
const certificates = /^\/etc\/.+\/(?![^/]*key)[^/{]+\.(?:pem|crt|cer)$/;
const foreign = /^\/etc\/(?:cron|init|rc|pam|sudoers|ld\.so|profile|apt|systemd|ssh|security)/;

function dropIns(table: FileTable): void {
  const found = new Map<string, string[]>();
  for (const [pattern, row] of table) {
    const directory = directoryOf(pattern);
    const ending = /[^/]\.([A-Za-z]{1,10})$/.exec(pattern)?.[1];
    if (row.access !== access.read || ending === undefined || directory === '/etc' || foreign.test(pattern)) continue;
    if (!fragments.test(directory) && (row.ofImage || !(mounted.test(pattern) || certificates.test(pattern)))) continue;
    const beside = `${directory}/*.${ending}`;
    const rows = found.get(beside) ?? [];
    found.set(beside, rows);
    rows.push(pattern);
  }
  for (const [pattern, rows] of found)
    widen(table, { pattern, rule: 'drop-ins', access: access.read, imageOnly: false }, rows);
}

/** An entry that belongs to what was seen, seen itself or not. */
function add(table: FileTable, pattern: string, least: number, rule: RuleName, imageOnly = false): void {
  const row = table.get(pattern) ?? { ...newFileRow(), imageOnly };
  if ((row.access & least) === least) return;
  row.access |= least;
  row.tally.rules.add(rule);
  table.set(pattern, row);
}
