import type { Elf, Script } from '../elf/elf.ts';
import { hardenLimits } from '../limits.ts';
import { type Picture, parentOf, programOf, realPath, searchPath } from '../picture.ts';
import { findLibrary, type LinkerPaths, linkerPaths } from './libraries.ts';
import type { Needed } from './needed.ts';

/** Something that could not be followed: said, and for the tests on the result to judge. */
export interface Unresolved {
  readonly path: string;
  readonly what: string;
}

/** Follows what files need of themselves: loaders, libraries, interpreters. Each object once for each set of search paths. */
export class Closure {
  readonly unresolved: Unresolved[] = [];
  readonly #picture: Picture;
  readonly #needed: Needed;
  readonly #paths: LinkerPaths;
  readonly #seen = new Set<string>();
  readonly #loaded = new Set<string>();

  constructor(picture: Picture, needed: Needed) {
    this.#picture = picture;
    this.#needed = needed;
    this.#paths = linkerPaths(picture);
  }

  /** Until nothing new is needed. */
  close(): void {
    for (let path = this.#needed.next(); path !== undefined; path = this.#needed.next()) this.#file(path);
  }

  /** The libraries an object needs that are not kept yet, with theirs; undefined: one of them is nowhere. */
  missingFor(path: string): readonly string[] | undefined {
    const missing = new Set<string>();
    const seen = new Set<string>();
    const work: { readonly path: string; readonly inherited: readonly string[] }[] = [{ path, inherited: [] }];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      const head = this.#picture.heads.get(at.path);
      if (head?.kind !== 'elf' || seen.has(at.path)) continue;
      seen.add(at.path);
      for (const name of head.needed) {
        const { paths, inherited } = findLibrary(this.#picture, this.#paths, name, { ...at, elf: head });
        if (paths.length === 0) return undefined;
        for (const one of paths) {
          const real = realPath(this.#picture, one);
          if (real === undefined || this.#needed.has(real)) continue;
          missing.add(real);
          work.push({ path: real, inherited });
        }
      }
    }
    return [...missing];
  }

  #file(path: string): void {
    const head = this.#picture.heads.get(path);
    if (head === undefined) return;
    switch (head.kind) {
      case 'elf':
        // One that something loads was looked at with the search paths of who does.
        if (!this.#loaded.has(path)) this.#object(path, head, []);
        return;
      case 'script':
        this.#script(path, head);
        return;
      case 'broken-elf':
        this.#note(path, `a program that can not be read: ${head.why}`);
        return;
      default:
        head satisfies never;
    }
  }

  #object(first: string, elf: Elf, none: readonly string[]): void {
    const work = [{ path: first, elf, inherited: none }];
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      const key = [at.path, ...at.inherited].join('\0');
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      this.#loaded.add(at.path);
      const { path } = at;
      if (
        at.elf.interpreter !== undefined &&
        this.#needed.keep(at.elf.interpreter, { why: 'loader', of: path }) === undefined
      )
        this.#note(path, `no ${at.elf.interpreter} to load it`);
      const needed = at.elf.endsThreads && !ofThreads.test(path) ? [...at.elf.needed, 'libgcc_s.so.1'] : at.elf.needed;
      for (const name of needed) {
        const { paths, inherited } = findLibrary(this.#picture, this.#paths, name, at);
        if (paths.length === 0 && at.elf.needed.includes(name)) this.#note(path, `no ${name} that it needs`);
        for (const one of paths) {
          const real = this.#needed.keep(one, { why: 'library', of: path });
          const head = real === undefined ? undefined : this.#picture.heads.get(real);
          if (real !== undefined && head?.kind === 'elf') work.push({ path: real, elf: head, inherited });
        }
      }
    }
  }

  /** As Linux reads the first line (execve(2)): one program and at most one argument; `env` looks for the program itself. */
  #script(path: string, { line }: Script): void {
    const match = /^(\S+)\s*(.*)$/.exec(line);
    const [, interpreter, rest = ''] = match ?? [];
    if (interpreter === undefined) return;
    // Text files begin alike by chance; only what may run has an interpreter.
    if (((this.#picture.files.get(path)?.mode ?? 0) & 0o111) === 0) return;
    // Modules of a language often begin as a script does, and are loaded.
    const why = this.#needed.reasons.get(path)?.why;
    if ((why === 'pattern' || why === 'module') && !searchPath(this.#picture).includes(parentOf(path))) return;
    if (this.#needed.keep(interpreter, { why: 'interpreter', of: path }) === undefined) {
      this.#note(path, `no ${interpreter} to run it`);
      return;
    }
    if (!interpreter.endsWith('/env')) return;
    const word = rest.split(/\s+/).find((one) => one !== '' && !one.startsWith('-') && !one.includes('='));
    const program = word === undefined ? undefined : programOf(this.#picture, word);
    if (program === undefined || this.#needed.keep(program, { why: 'interpreter', of: path }) === undefined)
      this.#note(path, `no ${word ?? 'program'} to run it`);
  }

  #note(path: string, what: string): void {
    if (this.unresolved.length < hardenLimits.notes) this.unresolved.push({ path, what });
  }
}

/** Those that define what ends threads, instead of calling it. */
const ofThreads =
  /\/(?:libc\.so\.6|libc-[\d.]+\.so|libpthread[^/]*\.so[^/]*|libgcc_s\.so[^/]*|libc\.musl[^/]*|ld-musl[^/]*)$/;
