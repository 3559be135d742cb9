import type { Digest } from './digest.ts';

/** The three digests of one image, never mixed. A directory or docker-archive has no `manifest`. */
export interface ImageIdentity {
  /** The outermost index the source named, when it named one. */
  readonly index?: Digest;
  /** The platform manifest: the image's key. */
  readonly manifest?: Digest;
  readonly config?: Digest;
}
