/** Bounds on what an image's author controls, summed over all layers. Passing one is a typed error (`tar-limit-…`). */
export interface ContentsLimits {
  /** Bytes of all layers uncompressed. */
  readonly bytes: number;
  /** An entry takes about 1 kB of memory while an image is read. */
  readonly entries: number;
  /** Directories in a path. */
  readonly depth: number;
  /** Uncompressed over compressed, looked at beyond `ratioFloor` bytes: gzip reaches 1032, zstd far more. */
  readonly ratio: number;
  readonly ratioFloor: number;
  /** Symlinks followed in one path: what runtimes follow. */
  readonly links: number;
  /** Bytes that package readers may keep, all together; what is beyond comes to them as too big. */
  readonly keptBytes: number;
}

export const contentsLimits: ContentsLimits = {
  bytes: 64 * 2 ** 30,
  entries: 500_000,
  depth: 512,
  ratio: 200,
  ratioFloor: 256 * 2 ** 20,
  links: 255,
  keptBytes: 128 * 2 ** 20,
};
