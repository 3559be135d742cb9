import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Call, descriptorPath, pathOf } from './trace.ts';

/** What independent observers say of a container: paths as the container names them, symbolic links resolved. */
export interface Observed {
  readonly executed: ReadonlySet<string>;
  readonly mapped: ReadonlySet<string>;
  readonly loaded: ReadonlySet<string>;
  readonly read: ReadonlySet<string>;
}

/** Files that are not on the container's root, or are none: the kernel's own, devices. */
const elsewhere = /^\/(proc|sys|dev)\//;

/** `root`: the image, mounted. `maps`: executable mappings with a path, from /proc. */
export function observe(calls: readonly Call[], maps: ReadonlySet<string>, root: string): Observed {
  const executed = new Set<string>();
  const mapped = new Set(maps);
  const loaded = new Set<string>();
  const read = new Set<string>();
  const programs = new Map<number, string>();
  const parents = new Map<number, number>();
  for (const call of calls) {
    switch (call.name) {
      case 'clone':
      case 'clone3':
      case 'fork':
      case 'vfork': {
        const child = /(\d+) in strace's PID NS/.exec(call.result)?.[1];
        if (child !== undefined) parents.set(Number(child), call.pid);
        break;
      }
      case 'execve':
      case 'execveat': {
        const chain = chainOf(root, realPath(root, pathOf(call)));
        for (const path of chain) executed.add(path);
        const program = chain.at(-1) ?? '';
        programs.set(call.pid, program);
        // The kernel maps the program itself and its loader: no system call of the program says so.
        mapped.add(program);
        const loader = loaderOf(root, program);
        if (loader !== undefined) mapped.add(realPath(root, loader));
        break;
      }
      case 'mmap':
      case 'mprotect': {
        const path = call.args.includes('PROT_EXEC') ? descriptorPath(call.args) : undefined;
        if (path !== undefined) mapped.add(path);
        break;
      }
      case 'open':
      case 'openat':
      case 'openat2':
      case 'creat': {
        const path = descriptorPath(call.result);
        if (path === undefined || elsewhere.test(path) || call.args.includes('O_DIRECTORY')) break;
        if (call.args.includes('O_PATH') || isDirectory(root, path)) break;
        // A file that was executed is not told of again when it is opened: its execution was an open.
        if (executed.has(path) || loaded.has(path) || read.has(path)) break;
        // Whoever opens a file first decides whether it was loaded or read: it is known by its inode from then on.
        (loads(programOf(call.pid, programs, parents), path) ? loaded : read).add(path);
        break;
      }
      default:
        break;
    }
  }
  return { executed, mapped, loaded, read };
}

/** A child runs its parent's program until it executes another. */
function programOf(pid: number, programs: ReadonlyMap<number, string>, parents: ReadonlyMap<number, number>): string {
  for (let at: number | undefined = pid; at !== undefined; at = parents.get(at)) {
    const program = programs.get(at);
    if (program !== undefined) return program;
  }
  return '';
}

/** The list, in words of its own: which interpreter runs what it opens. */
function loads(program: string, path: string): boolean {
  const name = basename(program);
  const library = /\.so(\.\d+)*$/.test(path);
  if (name.startsWith('python')) return library || /\.pyc?$/.test(path);
  if (name.startsWith('perl')) return library || /\.p[lm]$/.test(path);
  if (/^(dash|bash)$/.test(name)) return path.endsWith('.sh');
  return false;
}

/** A script, its interpreter, and so on to the program that the kernel runs. */
function chainOf(root: string, path: string): readonly string[] {
  const start = firstBytes(join(root, path), 256);
  const line = /^#! *(\S+)/.exec(start);
  return line?.[1] === undefined ? [path] : [path, ...chainOf(root, realPath(root, line[1]))];
}

function loaderOf(root: string, program: string): string | undefined {
  const headers = execFileSync('readelf', ['--program-headers', '--wide', join(root, program)], { encoding: 'utf8' });
  return /\[Requesting program interpreter: (\S+)\]/.exec(headers)?.[1];
}

/** Resolves symbolic links as a process whose root is `root` does. */
export function realPath(root: string, path: string): string {
  let done = '/';
  const rest = path.split('/').filter((part) => part !== '');
  for (let links = 0, part = rest.shift(); part !== undefined; part = rest.shift()) {
    if (part === '..') done = dirname(done);
    else if (part !== '.') {
      const target = linkOf(join(root, done, part));
      if (target === undefined) done = join(done, part);
      else {
        if (++links > 40) throw new Error(`${path}: a loop of symbolic links`);
        if (target.startsWith('/')) done = '/';
        rest.unshift(...target.split('/').filter((one) => one !== ''));
      }
    }
  }
  return done;
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function isDirectory(root: string, path: string): boolean {
  try {
    readFileSync(join(root, path), { flag: 'r' });
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
}

function firstBytes(path: string, length: number): string {
  const fd = openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.toString('latin1', 0, readSync(fd, buffer, 0, length, 0));
  } finally {
    closeSync(fd);
  }
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** dpkg's own word on which package owns each file; files of none are left out. */
export function ownersOf(root: string, paths: Iterable<string>): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  // Debian's lists still name files as they were before /bin and /lib became links.
  const names = [...paths].flatMap((path) => (path.startsWith('/usr/') ? [path, path.slice(4)] : [path]));
  if (names.length === 0) return owners;
  const answer = (() => {
    try {
      const args = [`--admindir=${join(root, 'var/lib/dpkg')}`, '--search', ...names];
      return execFileSync('dpkg-query', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    } catch (error) {
      // It fails when one name is nobody's, and has answered for the others.
      return (error as { readonly stdout?: string }).stdout ?? '';
    }
  })();
  const asked = new Set(paths);
  for (const line of answer.split('\n')) {
    const [, packages = '', path = ''] = /^(\S+): (\/.*)$/.exec(line) ?? [];
    const owner = packages.replace(/:.*$/, '');
    const real = asked.has(path) ? path : `/usr${path}`;
    if (owner !== '' && asked.has(real)) owners.set(real, owner);
  }
  return owners;
}
