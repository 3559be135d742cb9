import { HoldfastError } from '../../errors/index.ts';
import { parseJsonObject, textsOf } from '../json.ts';
import { discard, placeOf, refusal } from './answer.ts';
import type { BlobAddress } from './download.ts';
import { pagesOf } from './pages.ts';

/** All tags, sorted (distribution-spec 1.1, "Listing Tags"). @throws HoldfastError `not-found`, `registry-limit`, `oci-malformed` */
export async function listTags(address: BlobAddress, signal: AbortSignal): Promise<readonly string[]> {
  const { limits } = address.connection;
  const target = `/v2/${address.repository}/tags/list?n=1000`;
  const tags = new Set<string>();
  const accept = async (answer: Parameters<typeof discard>[0]): Promise<boolean> => {
    if (answer.status === 200) return true;
    throw await refusal(answer, limits, signal);
  };
  for await (const { answer, bytes } of pagesOf(address, target, accept, signal)) {
    const place = placeOf(answer.url);
    for (const tag of textsOf(parseJsonObject(bytes, place), 'tags', place)) tags.add(tag);
    if (tags.size > limits.tags) throw new HoldfastError('registry-limit', `more than ${limits.tags} tags`, { place });
  }
  return [...tags].sort();
}
