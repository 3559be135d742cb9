import type { KeptFile, PackageReader, Scanner, Wish } from '../packages/index.ts';

/** What one reader got of one file. No content: a scanner found nothing of interest. */
export interface Capture {
  readonly reader: PackageReader;
  readonly content: KeptFile['content'] | undefined;
}

/** Bytes readers may still keep, shared by all layers. */
export interface Allowance {
  bytes: number;
}

interface Wishing {
  readonly reader: PackageReader;
  readonly wish: Exclude<Wish, { kind: 'none' }>;
}

interface Scan {
  readonly reader: PackageReader;
  readonly scanner: Scanner;
  open: boolean;
}

/** What nearly every file has: one array for all of them. */
export const noCaptures: readonly Capture[] = [];

/** Takes a file's bytes for the readers that wish for them while they pass. */
export class FileCapture {
  readonly #captures: Capture[] = [];
  readonly #scans: Scan[] = [];
  readonly #keepers: PackageReader[] = [];
  readonly #allowance: Allowance;
  #whole: Buffer | undefined;
  #filled = 0;

  private constructor(wishing: readonly Wishing[], size: number, allowance: Allowance) {
    this.#allowance = allowance;
    for (const { reader, wish } of wishing) {
      if (wish.kind === 'scan') this.#scans.push({ reader, scanner: wish.scanner(), open: true });
      else if (size <= wish.bound && (this.#keepers.length > 0 || size <= allowance.bytes)) this.#keepers.push(reader);
      else this.#captures.push({ reader, content: { kind: 'too-big', bound: Math.min(wish.bound, allowance.bytes) } });
    }
    if (this.#keepers.length === 0) return;
    allowance.bytes -= size;
    this.#whole = Buffer.allocUnsafeSlow(size);
  }

  /** Asks the readers; undefined when none wishes for the file, as for nearly all. */
  static begin(
    readers: readonly PackageReader[],
    path: string,
    mode: number,
    size: number,
    allowance: Allowance,
  ): FileCapture | undefined {
    let wishing: Wishing[] | undefined;
    for (const reader of readers) {
      const wish = reader.wants(path, mode, size);
      if (wish.kind !== 'none') (wishing ??= []).push({ reader, wish });
    }
    return wishing === undefined ? undefined : new FileCapture(wishing, size, allowance);
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
