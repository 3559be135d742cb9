import { isDigest } from '../digest.ts';
import type { StoredManifest } from '../repository.ts';

const most = 64;
const mostBytes = 8 << 20;

/** Manifests lately received, by digest: reading one image asks for the same few again. Tags are always asked anew. */
export interface ManifestMemory {
  get(reference: string): StoredManifest | undefined;
  put(manifest: StoredManifest): void;
}

export function manifestMemory(): ManifestMemory {
  const held = new Map<string, StoredManifest>();
  let bytes = 0;
  return {
    get: (reference) => (isDigest(reference) ? held.get(reference) : undefined),
    put(manifest) {
      if (held.has(manifest.descriptor.digest)) return;
      held.set(manifest.descriptor.digest, manifest);
      bytes += manifest.bytes.length;
      for (const [digest, oldest] of held) {
        if (held.size <= most && bytes <= mostBytes) break;
        held.delete(digest);
        bytes -= oldest.bytes.length;
      }
    },
  };
}
