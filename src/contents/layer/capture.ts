import type { KeptFile, PackageReader, Scanner } from '../packages/index.ts';

/** What one reader got of one file. No content: a scanner found nothing of interest. */
export interface Capture {
  readonly reader: PackageReader;
  readonly content: KeptFile['content'] | undefined;
}

/** Bytes readers may still keep, shared by all layers. */
export interface Allowance {
  bytes: number;
}

interface Scan {
  readonly reader: PackageReader;
  readonly scanner: Scanner;
  open: boolean;
}

/** Takes a file's bytes for the readers that wish for them while they pass. */
export class FileCapture {
  readonly #captures: Capture[] = [];
  readonly #scans: Scan[] = [];
  readonly #keepers: PackageReader[] = [];
  readonly #allowance: Allowance;
  #whole: Buffer | undefined;
  #filled = 0;

  constructor(readers: readonly PackageReader[], path: string, mode: number, size: number, allowance: Allowance) {
    this.#allowance = allowance;
    for (const reader of readers) {
      const wish = reader.wants(path, mode, size);
      if (wish.kind === 'none') continue;
      if (wish.kind === 'scan') this.#scans.push({ reader, scanner: wish.scanner(), open: true });
      else if (size <= wish.bound && (this.#keepers.length > 0 || size <= allowance.bytes)) this.#keepers.push(reader);
      else this.#captures.push({ reader, content: { kind: 'too-big', bound: Math.min(wish.bound, allowance.bytes) } });
    }
    if (this.#keepers.length === 0) return;
    allowance.bytes -= size;
    this.#whole = Buffer.allocUnsafeSlow(size);
  }

  push(bytes: Uint8Array): void {
    if (this.#whole !== undefined) {
      this.#whole.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    for (const scan of this.#scans) if (scan.open) scan.open = scan.scanner.push(bytes) === 'more';
  }

  end(): readonly Capture[] {
    const bytes = this.#whole;
    if (bytes !== undefined) {
      for (const reader of this.#keepers) this.#captures.push({ reader, content: { kind: 'whole', bytes } });
    }
    for (const { reader, scanner } of this.#scans)
      this.#captures.push({ reader, content: this.#extract(scanner.end()) });
    return this.#captures;
  }

  #extract(bytes: Uint8Array | undefined): KeptFile['content'] | undefined {
    if (bytes === undefined) return undefined;
    if (bytes.length > this.#allowance.bytes) return { kind: 'too-big', bound: this.#allowance.bytes };
    this.#allowance.bytes -= bytes.length;
    return { kind: 'extract', bytes };
  }
}
