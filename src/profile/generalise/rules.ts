/**
 * The rules by which what was seen becomes what is allowed: a closed list, in the order in which profiles number them.
 * Each entry of a profile names the rules that made it; docs/profile.md has the table.
 */
export const rules = {
  aliases: {
    what: 'A path through a symlinked directory of the image is written as the one it leads to (`/bin` → `/usr/bin`, `/var/run` → `/run`).',
    why: 'One file has many names; the alias is listed, so that it is understood later too.',
  },
  'process-ids': {
    what: 'A number below `/proc` or `/dev/pts`, and the number of a file below `/dev/fd`, is `{n}`.',
    why: 'The kernel numbers processes and terminals as they come.',
  },
  identifiers: { what: 'A UUID is `{uuid}`.', why: 'It is drawn anew each time.' },
  digests: {
    what: 'Eight or more hex digits that stand alone, zero-padded numbers, and the short hex directories above such a name are `{hex}`.',
    why: 'Caches and write-ahead logs name files by hash or position.',
  },
  dates: {
    what: 'A date is `{date}`, a time of day after it or with colons `{time}`; in arguments, seconds since 1970 (with or without fractions) and a date and time in one number are `{n}`.',
    why: 'It is another one tomorrow; mounted secrets stand in a directory named by the time of their writing.',
  },
  'temporary-names': {
    what: 'The random part of a temporary name (`mkstemp`, `tempfile`, `cc??????.s`, `pip-*`, `npm-*`) is `{rnd}`, also in an argument that names a file in `/tmp`, `/var/tmp` or `/dev/shm`. A file with a process id (`*.pid`) may be written as `*.pid.tmp` and `*.pid.{rnd}`, too.',
    why: 'It is drawn anew each time, and gone when it has been renamed.',
  },
  addresses: {
    what: 'A private IPv4 address in an argument or in a name that is not the image’s is `{ip}`.',
    why: 'Pods hand their own address to what they start.',
  },
  'pod-names': {
    what: 'The two suffixes of a pod’s name are `{pod}`.',
    why: 'Each pod of a Deployment has its own.',
  },
  'log-rotation': {
    what: 'A log, and a name that ends in a number, may bear a rotation’s suffix (`.1`, `.2.gz`, `-20261124`): `{rot}`.',
    why: 'Logs are rotated long after a recording has ended.',
  },
  versions: {
    what: 'Numbers with dots in a name that is not the image’s are `{ver}`; below `/etc`, `/root` and `/home` only in what the container wrote.',
    why: 'What is fetched or made while running comes in versions.',
  },
  numbers: {
    what: 'Other digits in a name that is not the image’s are `{n}`; below `/etc`, `/root` and `/home` only in what the container wrote.',
    why: 'Process ids, counters and object numbers.',
  },
  renewals: {
    what: 'The number of a certificate and its key as ACME clients name them (`fullchain3.pem`, `privkey3.pem`) is `{n}` below `/etc` too.',
    why: 'Each renewal is the next number.',
  },
  'drop-ins': {
    what: 'Where a fragment of configuration was read (`/etc/*/conf.d`, `sites-enabled`, …), or below a directory of `/etc` a configuration file or certificate that is not the image’s, those beside it with the same ending may be read. Not those of cron, init, PAM, sudo, the linker, shells, apt, systemd and ssh.',
    why: 'They are read because they are there; configuration is mounted, and grows.',
  },
  'python-bytecode': {
    what: 'Below a directory whose Python modules were loaded, `__pycache__/*` may be written, and read and run as far as it is made from the image’s own sources.',
    why: 'Python compiles at first use, in whichever container comes first.',
  },
  'image-directory': {
    what: 'Where four or more of the image’s own files of one extension in one directory were used alike, all of them may be: the image’s bytes only, never programs, never below `/etc`, `/root` or `/home`.',
    why: 'Which of them is needed depends on the request.',
  },
  plugins: {
    what: 'Where one of the image’s own plug-ins (`*.so` without a version, in a directory that is not the linker’s) was mapped, all beside it may be: the image’s bytes only.',
    why: 'Extensions and conversions are loaded when they are first needed.',
  },
  'language-modules': {
    what: 'Where a module below a module root of Python, Node, Perl or Ruby was used (`site-packages`, `node_modules`, …), all below it may be: the image’s bytes only.',
    why: 'Modules are loaded when they are first needed.',
  },
  'application-modules': {
    what: 'Where an interpreter loaded one of the image’s own modules, all of that language beside and below it may be loaded: the image’s bytes only. Not in the places of programs, libraries and configuration.',
    why: 'An application loads its parts when a request first needs them.',
  },
  'image-data': {
    what: 'Where one of the image’s own files was read as data, all beside and below it may be; where a program ran, all below `/usr/share` and its name: the image’s bytes only. Not in directories of many things (`/usr/share`, `/opt`, `/app`, …), nor below `/etc`, nor in home directories themselves.',
    why: 'Pages, templates and tables are read when they are first asked for.',
  },
  'data-directory': {
    what: 'A directory in which two or more different names were written, none the image’s own, may hold any (`/*`); one with two or more written directories any below it (`/**`). The same for reading what is not the image’s, also below `/usr/share/*`. One name is enough in directories called `uploads`, `media`, `cache` and the like. Where the image holds files in it, and in `/tmp`, `/var/tmp` and `/dev/shm`, writing takes eight names, four directories. Never code; never the places of programs, configuration and secrets.',
    why: 'Databases and caches name their files as they need them; sites grow.',
  },
  'own-directory': {
    what: 'In a directory in which the container writes under temporary or numbered names it may read all. Not in the places of programs, configuration and secrets.',
    why: 'What it wrote under one name and renamed is read after a restart.',
  },
  'time-zones': {
    what: 'Who maps a C library, or reads a time zone or `/etc/localtime`, may read all below `/usr/share/zoneinfo`.',
    why: 'Clients and deployments bring their own time zones.',
  },
  locales: {
    what: 'Who maps a C library, or reads a locale or the list of character sets, may read all of the image’s locales and load its `gconv` modules.',
    why: 'Clients and deployments bring their own languages.',
  },
  certificates: {
    what: 'Who maps a TLS library, or reads its configuration or a certificate of the system, may read all below `/etc/ssl/certs` and the image’s `/usr/share/ca-certificates`.',
    why: 'Which is needed depends on the peer.',
  },
  'name-service': {
    what: 'Who reads `/etc/nsswitch.conf` or `/etc/resolv.conf`, or maps an nss library, may read the public files of the name service and map the image’s own nss libraries.',
    why: 'The first look-up of a kind reads them, perhaps much later.',
  },
  'scratch-files': {
    what: 'Files without a name (`/tmp/#123`) and semaphores on their way to one may be used; where the program or library is in the profile, also what it spills to: nginx’s bodies and answers, Python’s `tmp????????`, Ruby’s, PHP’s and sort’s own, SQLite’s `etilqs_*`.',
    why: 'Large requests and large sorts are rare, and not in every test.',
  },
  'late-libraries': {
    what: 'Who maps a C library, libcrypto, Python’s or Ruby’s library may map those of the image’s own that they open when first needed: `libgcc_s`, OpenSSL’s modules, what the standard modules of Python and Ruby are linked with.',
    why: 'A thread that is cancelled, an old cipher, an import in a function: perhaps much later.',
  },
  'cut-arguments': {
    what: 'An argument of more than 256 characters is its first 64 and `*`; where the sensor did not keep all arguments, more may follow (`**`).',
    why: 'What is not kept can’t be compared.',
  },
  'varying-numbers': {
    what: 'Where three or more argument lists differ only in arguments that are numbers, those that differ are `{n}`.',
    why: 'Process ids, ports and counters; a number that stays the same is kept.',
  },
  'many-arguments': {
    what: 'Where one process had more than 8 (a shell or interpreter: 32) different argument lists, those of one length are laid over one another and what differs is `*` from the last `/`, `=`, `:`, `,` or space before; where lengths differ as much, any may follow the first.',
    why: 'These arguments are data.',
  },
  resolvers: { what: 'The container’s own resolvers are `@resolver`.', why: 'Each cluster has its own.' },
  'peer-names': {
    what: 'A peer whose name was seen in a DNS answer is that name.',
    why: 'Addresses change behind it.',
  },
  'peer-ranges': {
    what: 'Two or more private addresses on one protocol and port are the smallest range that holds them, no wider than /16 (IPv6: /48), else ranges of /24 (/64).',
    why: 'Pods get their addresses anew.',
  },
  'ephemeral-ports': {
    what: 'A port that the kernel chose, and two or more ports from 32768 to 60999 with one peer, are `ephemeral`.',
    why: 'They are drawn anew each time.',
  },
} as const satisfies Record<string, { readonly what: string; readonly why: string }>;

export type RuleName = keyof typeof rules;

export const ruleNames = Object.keys(rules) as readonly RuleName[];

export function isRuleName(text: string): text is RuleName {
  return Object.hasOwn(rules, text);
}

const order = new Map(ruleNames.map((name, index) => [name, index]));

/** Each once, in the order of the list. */
export function sortedRules(names: Iterable<RuleName>): readonly RuleName[] {
  return [...new Set(names)].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
}
