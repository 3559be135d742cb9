import type { Digest } from '../oci/index.ts';

/** An image whose layers are the lowest of another's: found by the layers, whatever anybody says. */
export interface BaseImage {
  /** Package URL of type oci. */
  readonly uri: string;
  /** `HOST/REPOSITORY:TAG`, where it lies in a registry. */
  readonly name?: string;
  readonly manifest: Digest;
  /** How many layers are its. */
  readonly layers: number;
}

/** One image that may be a base. */
export interface BaseCandidate {
  readonly uri: string;
  readonly name?: string;
  readonly manifest: Digest;
  readonly diffIds: readonly Digest[];
}

/** Of those that the image stands upon, the one that gives it most layers; the first named of equals. */
export function recogniseBase(diffIds: readonly Digest[], candidates: readonly BaseCandidate[]): BaseImage | undefined {
  const fitting = candidates
    .filter((one) => one.diffIds.length > 0 && one.diffIds.length <= diffIds.length)
    .filter((one) => one.diffIds.every((layer, index) => layer === diffIds[index]))
    .sort((a, b) => b.diffIds.length - a.diffIds.length);
  const [best] = fitting;
  if (best === undefined) return undefined;
  const { diffIds: layers, ...about } = best;
  return { ...about, layers: layers.length };
}
