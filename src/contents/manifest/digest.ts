import { createHash } from 'node:crypto';
import type { ManifestRow } from './read.ts';

/**
 * One value for the files of an image: two manifests have it in common when they name the same paths with the same bytes,
 * sizes and modes. Packages are left out: a later version finds more of them in the same image.
 */
export function filesDigest(files: readonly Pick<ManifestRow, 'path' | 'sha256' | 'size' | 'mode'>[]): string {
  const hash = createHash('sha256');
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const { path, sha256, size, mode } of sorted) hash.update(JSON.stringify([path, sha256, size, mode]));
  return hash.digest('hex');
}
