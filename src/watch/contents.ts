import type { Manifest, MissingManifest } from './model.ts';

/** What waits for the image's contents. */
const waitingMax = 8192;

/** A container's image: its file manifest, when it is known, and what has to wait until then. */
export class Contents {
  manifest: Manifest | 'reading' | MissingManifest = 'reading';
  /** Why this host can't read it, while a signed file manifest may still stand for it. */
  private missing: MissingManifest | undefined;
  private waiting: ((manifest: Manifest | MissingManifest) => void)[] = [];

  /** This host can't read the image; what was signed of it may say what is in it. */
  awaitSigned(missing: MissingManifest): void {
    this.manifest = 'reading';
    this.missing = missing;
  }

  /** There is no signed file manifest, or none that can be had. */
  withoutSigned(): void {
    if (this.missing !== undefined) this.settle(this.missing);
  }

  /** Nothing is known of it yet, and its layers are still being read. */
  get isBeingRead(): boolean {
    return this.manifest === 'reading' && this.missing === undefined;
  }

  /** The image's contents are there, or never will be: what waited is judged. */
  settle(manifest: Manifest | MissingManifest): void {
    this.manifest = manifest;
    this.missing = undefined;
    const waiting = this.waiting;
    this.waiting = [];
    for (const judge of waiting) judge(manifest);
  }

  whenKnown(action: (manifest: Manifest | MissingManifest) => void): void {
    if (this.manifest !== 'reading') action(this.manifest);
    else if (this.waiting.length < waitingMax) this.waiting.push(action);
    else action('image-late');
  }

  get pending(): number {
    return this.waiting.length;
  }
}
