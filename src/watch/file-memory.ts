import type { FileVersion } from '../sensor/index.ts';
import { sameFile } from './hashes.ts';

const namesMax = 4096;
const executablesMax = 1024;

/** What one container opened and executed, as far as later events need it. */
export class FileMemory {
  private readonly names = new Map<string, string>();
  private readonly executables: FileVersion[] = [];

  /** Path under which the container opened it. */
  named(file: FileVersion, path: string): void {
    if (this.names.size < namesMax) this.names.set(`${file.dev}:${file.ino}`, path);
  }

  nameOf(file: FileVersion): string | undefined {
    return this.names.get(`${file.dev}:${file.ino}`);
  }

  executed(file: FileVersion): void {
    if (this.wasExecuted(file)) return;
    this.executables.push(file);
    if (this.executables.length > executablesMax) this.executables.shift();
  }

  wasExecuted(file: FileVersion): boolean {
    return this.executables.some((one) => sameFile(one, file));
  }
}
