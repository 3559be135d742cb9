import { HoldfastError } from '../errors/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { ImagePart } from './bodies.ts';
import type { WatchEvent } from './events.ts';
import type { ImageRead } from './image-child.ts';
import { type StoredImage, storedManifest } from './image-manifest.ts';
import { writePart } from './image-writing.ts';
import type { ImageKey, Manifest, MissingManifest } from './model.ts';
import type { Recorder } from './recorder.ts';

/** Yields an image's parts and returns the peak memory of what read them. */
export type ImageReader = (namespace: string, manifest: string) => AsyncGenerator<ImagePart, ImageRead, undefined>;

export interface ImagesOptions {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly read: ImageReader;
  readonly emit: (event: WatchEvent) => void;
  readonly now: () => string;
}

/** A failed reading is tried again this often, after this long. */
const attempts = 3;
const pauseMillis = 2000;

/** Each image is read once, one at a time, whoever asks how often; what the store holds is not read again. */
export class Images {
  private readonly options: ImagesOptions;
  private readonly underWay = new Map<string, Promise<Manifest | MissingManifest>>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(options: ImagesOptions) {
    this.options = options;
  }

  stored(key: ImageKey): (Manifest & StoredImage) | undefined {
    return storedManifest(this.options.ledger, key.digest);
  }

  /** `source`: the manifest whose layers are read; the key itself but where only a config digest is known. */
  open(key: ImageKey, namespace: string, source: string): Promise<Manifest | MissingManifest> {
    const stored = this.stored(key);
    if (stored !== undefined) return Promise.resolve(stored);
    const before = this.underWay.get(key.digest);
    if (before !== undefined) return before;
    const reading = this.last.then(() => this.readWithRetries(key, namespace, source));
    this.last = reading;
    this.underWay.set(key.digest, reading);
    void reading.finally(() => this.underWay.delete(key.digest));
    return reading;
  }

  private async readWithRetries(key: ImageKey, namespace: string, source: string): Promise<Manifest | MissingManifest> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.read(key, namespace, source);
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error;
        if (attempt >= attempts) {
          this.tell(key, 'unreadable', error.message, 0, 0, 0);
          return 'image-unreadable';
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMillis).unref());
      }
    }
  }

  private async read(key: ImageKey, namespace: string, source: string): Promise<Manifest | MissingManifest> {
    this.tell(key, 'reading', '', 0, 0, 0);
    const parts = this.options.read(namespace, source);
    let number = 0;
    // One behind, so that the last part can say that it is.
    let held: ImagePart | undefined;
    for (;;) {
      const step = await parts.next();
      if (held !== undefined) {
        const files = step.done === true ? step.value.filesDigest : null;
        const part = { key, part: number++, rows: held, files };
        await writePart(this.options.recorder, this.options.now(), part);
      }
      if (step.done === true) {
        const stored = this.stored(key);
        if (stored === undefined)
          throw new HoldfastError('image-unreadable', 'nothing was read', { place: key.digest });
        this.tell(key, 'ready', '', stored.files, stored.packages, step.value.rssKib);
        return stored;
      }
      held = step.value;
    }
  }

  private tell(
    key: ImageKey,
    state: 'reading' | 'ready' | 'unreadable',
    detail: string,
    files: number,
    packages: number,
    rssKib: number,
  ): void {
    const time = this.options.now();
    this.options.emit({ type: 'image', time, image: key.digest, state, detail, files, packages, rssKib });
  }
}
