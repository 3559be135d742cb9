import type { Elf } from '../elf/elf.ts';
import { hardenLimits } from '../limits.ts';
import { headOf, type Picture, parentOf, realPath, textOf } from '../picture.ts';

/** Where the dynamic linker looks when no object says otherwise, as real directories. */
export interface LinkerPaths {
  readonly system: readonly string[];
  /** `LD_LIBRARY_PATH` of the image's configuration. */
  readonly environment: readonly string[];
}

export interface FoundLibrary {
  readonly paths: readonly string[];
  /** Search paths for what it needs in turn: its own loaders' `DT_RPATH`. */
  readonly inherited: readonly string[];
}

/** glibc's names of machines in multiarch directories, by `e_machine` and bits. */
const multiarch: Readonly<Record<string, readonly string[]>> = {
  '62/64': ['x86_64-linux-gnu'],
  '62/32': ['x86_64-linux-gnux32'],
  '3/32': ['i386-linux-gnu'],
  '183/64': ['aarch64-linux-gnu'],
  '40/32': ['arm-linux-gnueabihf', 'arm-linux-gnueabi'],
  '243/64': ['riscv64-linux-gnu'],
  '21/64': ['powerpc64le-linux-gnu'],
  '22/64': ['s390x-linux-gnu'],
};
const usual = ['/lib', '/usr/lib', '/lib64', '/usr/lib64', '/lib32', '/usr/lib32', '/usr/local/lib'];

/** As ldconfig and musl's linker read their configuration (ldconfig(8)): `include` with a pattern, a directory a line. */
export function linkerPaths(picture: Picture): LinkerPaths {
  const musl = [...picture.texts.keys()].filter((path) => path.startsWith('/etc/ld-musl-'));
  const named = [
    ...configured(picture, '/etc/ld.so.conf', 0),
    ...musl.flatMap((path) => (textOf(picture, path) ?? '').split(/[:\n]/)),
    ...usual,
    ...Object.values(multiarch).flatMap((all) => all.flatMap((one) => [`/lib/${one}`, `/usr/lib/${one}`])),
  ];
  const environment = picture.config.environment.find((one) => one.startsWith('LD_LIBRARY_PATH='));
  return {
    system: realDirectories(picture, named),
    environment: realDirectories(picture, environment?.slice('LD_LIBRARY_PATH='.length).split(/[:;]/) ?? []),
  };
}

function configured(picture: Picture, path: string, depth: number): readonly string[] {
  if (depth > 4) return [];
  const lines = (textOf(picture, path) ?? '').split('\n').map((line) => line.replace(/#.*/, '').trim());
  return lines.flatMap((line) => {
    const included = /^include\s+(\S+)$/.exec(line)?.[1];
    if (included === undefined) return line.startsWith('/') ? [line.replace(/=.*/, '')] : [];
    const [before, after] = (included.startsWith('/') ? included : `${parentOf(path)}/${included}`).split('*');
    if (after === undefined) return configured(picture, before ?? '', depth + 1);
    const matching = [...picture.texts.keys()].filter(
      (one) => one.startsWith(before ?? '') && one.endsWith(after) && !one.slice(before?.length).includes('/'),
    );
    return matching.sort().flatMap((one) => configured(picture, one, depth + 1));
  });
}

function realDirectories(picture: Picture, paths: readonly string[]): readonly string[] {
  const real = paths.filter((path) => path.startsWith('/')).map((path) => realPath(picture, path));
  return [...new Set(real.filter((path) => path !== undefined && picture.directories.has(path)))] as readonly string[];
}

/**
 * Every file that the dynamic linker may take for one name (ld.so(8)): the first directory of `DT_RPATH`, of the environment
 * or of `DT_RUNPATH` that has it, else all of the system's directories that do, since the cache chooses among those by
 * what the processor can. Only what is for the same machine counts.
 */
export function findLibrary(
  picture: Picture,
  { system, environment }: LinkerPaths,
  name: string,
  loading: { readonly path: string; readonly elf: Elf; readonly inherited: readonly string[] },
): FoundLibrary {
  const { elf, path } = loading;
  const own = elf.runpath.length > 0 ? [] : expanded(elf.rpath, path, elf);
  const inherited = [...new Set([...own, ...loading.inherited])].slice(0, hardenLimits.inherited);
  const fits = (one: string): boolean => isFor(picture, one, elf);
  if (name.includes('/')) {
    const paths = expanded([name], path, elf).filter(fits);
    return { paths, inherited };
  }
  const named = [
    ...realDirectories(picture, inherited),
    ...environment,
    ...realDirectories(picture, expanded(elf.runpath, path, elf)),
  ];
  const candidates = (picture.byName.get(name) ?? []).filter(fits);
  for (const directory of named) {
    const paths = candidates.filter((one) => isIn(one, directory));
    if (paths.length > 0) return { paths, inherited };
  }
  return { paths: candidates.filter((one) => system.some((directory) => isIn(one, directory))), inherited };
}

/** In the directory itself, or for a kind of processor below it. */
function isIn(path: string, directory: string): boolean {
  const above = parentOf(path);
  return (
    above === directory ||
    (above.startsWith(`${directory}/`) && /^\/glibc-hwcaps\/[^/]+$/.test(above.slice(directory.length)))
  );
}

function isFor(picture: Picture, path: string, { bits, machine }: Elf): boolean {
  const head = headOf(picture, path);
  return head?.kind === 'elf' && head.bits === bits && head.machine === machine;
}

/** `$ORIGIN`, `$LIB` and `$PLATFORM`, the latter two in each way glibc is built. */
function expanded(paths: readonly string[], object: string, { bits, machine }: Elf): readonly string[] {
  const libs = [
    bits === 64 ? 'lib64' : 'lib',
    'lib',
    ...(multiarch[`${machine}/${bits}`] ?? []).map((one) => `lib/${one}`),
  ];
  return paths.flatMap((path) => {
    const placed = path.replaceAll(/\$(?:ORIGIN\b|\{ORIGIN\})/g, () => parentOf(object));
    const lib = /\$(?:LIB\b|\{LIB\})/;
    const all = lib.test(placed) ? libs.map((one) => placed.replaceAll(new RegExp(lib, 'g'), one)) : [placed];
    return all.map((one) => one.replaceAll(/\$(?:PLATFORM\b|\{PLATFORM\})/g, machine === 62 ? 'x86_64' : ''));
  });
}
