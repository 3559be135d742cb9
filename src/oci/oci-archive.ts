import { HoldfastError } from '../errors/index.ts';
import type { Archive } from './archive.ts';
import type { BlobStore } from './blobs.ts';
import { type Digest, hexOf } from './digest.ts';
import { type Layout, missingBlob, parseLayoutIndex, requireLayoutVersion } from './layout/read.ts';
import { ociLimits } from './limits.ts';

/** An image layout within a tar file. @throws HoldfastError `oci-malformed`, `oci-limit`, `tar-truncated` */
export async function layoutInArchive(archive: Archive, signal: AbortSignal): Promise<Layout> {
  const need = async (name: string): Promise<Uint8Array> => {
    const bytes = await archive.readSmall(name, ociLimits.manifestBytes, signal);
    if (bytes !== undefined) return bytes;
    throw new HoldfastError('oci-malformed', `no ${name} in it: not an OCI archive`, { place: archive.file });
  };
  requireLayoutVersion(await need('oci-layout'), `${archive.file}, oci-layout`);
  return {
    store: archiveStore(archive),
    entries: parseLayoutIndex(await need('index.json'), `${archive.file}, index.json`),
  };
}

function archiveStore(archive: Archive): BlobStore {
  const find = (digest: Digest) => archive.member(`blobs/sha256/${hexOf(digest)}`);
  return {
    size: (digest) => Promise.resolve(find(digest)?.size),
    read(digest, signal) {
      const member = find(digest);
      if (member === undefined) throw missingBlob(digest, archive.file);
      return archive.read(member, signal);
    },
  };
}
