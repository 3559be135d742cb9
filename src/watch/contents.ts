import type { Manifest, MissingManifest } from './model.ts';

/** What waits for the image's contents. */
const waitingMax = 8192;

/** A container's image: its file manifest, when it is known, and what has to wait until then. */
export class Contents {
  manifest: Manifest | 'reading' | MissingManifest = 'reading';
  private waiting: ((manifest: Manifest | MissingManifest) => void)[] = [];

  /** The image's contents are there, or never will be: what waited is judged. */
  settle(manifest: Manifest | MissingManifest): void {
    this.manifest = manifest;
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
