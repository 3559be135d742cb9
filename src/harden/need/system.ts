import { type Picture, programOf, textOf } from '../picture.ts';
import type { Needed } from './needed.ts';

/** What the image's own configuration points at: it has to start without arguments, too. */
export function keepConfig(picture: Picture, needed: Needed): void {
  const { entrypoint, command, workingDir, volumes } = picture.config;
  const [first] = [...entrypoint, ...command];
  const program = first === undefined ? undefined : programOf(picture, first);
  if (program !== undefined) needed.keep(program, { why: 'config', of: 'entrypoint' });
  // Scripts and files that the entrypoint is given.
  for (const word of [...entrypoint, ...command])
    if (word.startsWith('/') && picture.files.has(word)) needed.keep(word, { why: 'config', of: 'command' });
  // An entrypoint that is a script starts the command itself.
  const [started] = command;
  const startedProgram = started === undefined || entrypoint.length === 0 ? undefined : programOf(picture, started);
  if (startedProgram !== undefined && startedProgram !== program && isScript(picture, program))
    needed.keep(startedProgram, { why: 'config', of: 'command' });
  if (workingDir !== undefined) needed.keep(workingDir, { why: 'config', of: 'working directory' });
  for (const volume of volumes) needed.keep(volume, { why: 'config', of: 'volume' });
}

function isScript({ heads }: Picture, program: string | undefined): boolean {
  return program !== undefined && heads.get(program)?.kind === 'script';
}

const places = [
  '/dev', '/home', '/media', '/mnt', '/opt', '/proc', '/root', '/run', '/run/lock', '/srv', '/sys', '/tmp', '/usr/local', '/var/cache',
  '/var/lib', '/var/lock', '/var/log', '/var/run', '/var/spool', '/var/tmp', '/etc',
]; // biome-ignore format: a list of paths

const accounts = ['/etc/passwd', '/etc/group'];
/** Others that name services read, such as /etc/services, the profile has where they are used. */
const names = ['/etc/nsswitch.conf', '/etc/hosts', '/etc/host.conf', '/etc/resolv.conf', '/etc/hostname'];
const identity = ['/etc/os-release', '/usr/lib/os-release', '/etc/debian_version', '/etc/alpine-release'];
const linker = ['/etc/ld.so.cache', '/etc/ld.so.preload'];

/** Where nothing is mounted and no service writes. */
const neverPlaces = /^\/(?:usr\/(?!local\/)|var\/lib\/(?:dpkg|apt)|var\/cache\/(?:apt|debconf|man)|lib)/;

/** What every container of the image may rest on without a program of its own asking for it. */
export function keepSystem(picture: Picture, needed: Needed): void {
  needed.keep('/', { why: 'place', of: '/' });
  for (const path of places) needed.keep(path, { why: 'place', of: path });
  for (const path of picture.empty) if (!neverPlaces.test(path)) needed.keep(path, { why: 'place', of: path });
  for (const path of accounts) needed.keep(path, { why: 'accounts', of: path });
  for (const path of names) needed.keep(path, { why: 'name-service', of: path });
  for (const path of identity) needed.keep(path, { why: 'identity', of: path });
  for (const path of linker) needed.keep(path, { why: 'linker', of: path });
  for (const line of (textOf(picture, '/etc/passwd') ?? '').split('\n')) {
    const home = line.split(':')[5];
    if (home?.startsWith('/') === true && picture.directories.has(home)) needed.keep(home, { why: 'place', of: home });
  }
  for (const service of servicesIn(textOf(picture, '/etc/nsswitch.conf') ?? ''))
    for (const path of picture.byName.get(`libnss_${service}.so.2`) ?? [])
      needed.keep(path, { why: 'name-service', of: `${service} of /etc/nsswitch.conf` });
}

/** The services that nsswitch.conf(5) names, in a line `database: service [action] service`. */
export function servicesIn(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  for (const line of text.split('\n')) {
    const services = /^\s*[a-z_]+:\s*([^#]*)/.exec(line)?.[1] ?? '';
    for (const word of services.replaceAll(/\[[^\]]*\]/g, ' ').split(/\s+/))
      if (/^[a-z0-9_]+$/.test(word)) found.add(word);
  }
  return found;
}

const tls = /\/lib(?:ssl|gnutls|nss3|mbedtls|wolfssl)\.so[^/]*$/;
const certificates = ['/etc/ssl', '/etc/pki/tls', '/etc/pki/ca-trust/extracted'];

/** Where a TLS library stays, so do the certificates it trusts and its configuration. @returns whether something came new */
export function keepCertificates(picture: Picture, needed: Needed): void {
  const library = [...needed.reasons.keys()].find((path) => tls.test(path));
  if (library === undefined) return;
  const reason = { why: 'certificates', of: library } as const;
  for (const path of [
    '/usr/lib/ssl/certs',
    '/usr/lib/ssl/openssl.cnf',
    '/usr/lib/ssl/private',
    '/usr/lib/ssl/cert.pem',
  ])
    needed.keep(path, reason);
  for (const path of [...picture.files.keys(), ...picture.links.keys()])
    if (certificates.some((one) => path.startsWith(`${one}/`)) && !path.startsWith('/etc/ssl/private/'))
      needed.keep(path, reason);
}

/** Modules that libcrypto loads by name when it is asked to. */
export function keepProviders(picture: Picture, needed: Needed): void {
  const library = [...needed.reasons.keys()].find((path) => /\/libcrypto\.so[^/]*$/.test(path));
  if (library === undefined) return;
  for (const path of picture.byName.get('legacy.so') ?? [])
    if (path.endsWith('/ossl-modules/legacy.so')) needed.keep(path, { why: 'library', of: library });
}
