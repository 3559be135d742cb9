import type { FileVersion } from '../sensor/index.ts';
import { sameFile } from './hashes.ts';

const namesMax = 4096;
const executablesMax = 1024;
const compiledMax = 4096;

/** What one container opened and executed, as far as later events need it. */
export class FileMemory {
  private readonly names = new Map<string, string>();
  private readonly executables: FileVersion[] = [];
  private readonly compiled = new Set<string>();

  /** Path under which the container opened it last: inode numbers are used again. */
  named(file: FileVersion, path: string): void {
    const key = inodeOf(file);
    this.names.delete(key);
    this.names.set(key, path);
    if (this.names.size <= namesMax) return;
    const [oldest] = this.names.keys();
    if (oldest !== undefined) this.names.delete(oldest);
  }

  nameOf(file: FileVersion): string | undefined {
    return this.names.get(inodeOf(file));
  }

  executed(file: FileVersion): void {
    if (this.wasExecuted(file)) return;
    this.executables.push(file);
    if (this.executables.length > executablesMax) this.executables.shift();
  }

  /** It was written: by a program that compiles to bytecode, or by another, which makes it anything. */
  written(file: FileVersion, compiling: boolean): void {
    const key = inodeOf(file);
    if (!compiling) this.compiled.delete(key);
    else if (this.compiled.size < compiledMax) this.compiled.add(key);
  }

  /** Told by inode: bytecode is renamed to its name after it was written. */
  wasCompiled(file: FileVersion): boolean {
    return this.compiled.has(inodeOf(file));
  }

  wasExecuted(file: FileVersion): boolean {
    return this.executables.some((one) => sameFile(one, file));
  }
}

export function inodeOf(file: FileVersion): string {
  return `${file.dev}:${file.ino}`;
}
