import { HoldfastError } from '../../errors/index.ts';
import { type Descriptor, type Digest, type Repository, readBlob } from '../../oci/index.ts';
import { attestLimits } from '../limits.ts';

/** Reads bundles and envelopes of one digest, and no more of them than one digest may have. */
export type EvidenceReader = (layer: Descriptor) => Promise<Uint8Array>;

/** @throws HoldfastError `evidence-limit`, and the reader as `readBlob` */
export function evidenceReader(repository: Repository, subject: Digest, signal: AbortSignal): EvidenceReader {
  let left: number = attestLimits.gatheredBytes;
  return async (layer) => {
    if (layer.size <= attestLimits.bundleBytes) left -= layer.size;
    if (left < 0) {
      throw new HoldfastError('evidence-limit', `more than ${attestLimits.gatheredBytes} bytes are attached`, {
        place: subject,
      });
    }
    return await readBlob(repository, layer, { signal, bound: attestLimits.bundleBytes, place: layer.digest });
  };
}
