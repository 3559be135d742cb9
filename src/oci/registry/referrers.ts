import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../digest.ts';
import { ociLimits } from '../limits.ts';
import { isIndexType } from '../media.ts';
import { fallbackTag, mergeReferrers, parseReferrers } from '../referrer-list.ts';
import type { Referrer } from '../repository.ts';
import { type Answer, discard, headerOf, placeOf, refusal } from './answer.ts';
import type { BlobAddress } from './download.ts';
import { fetchManifest } from './manifests.ts';
import { pagesOf } from './pages.ts';

/**
 * What the referrers API lists; undefined = the registry has no such API. No filter is asked for: registries take the type
 * from different places, and one that got it wrong would hide evidence.
 * @throws HoldfastError `registry-limit`, `registry-malformed`, `oci-malformed`
 */
export async function apiReferrers(
  address: BlobAddress,
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Referrer[] | undefined> {
  const { limits } = address.connection;
  let supported = true;
  const found: Referrer[] = [];
  const accept = async (answer: Answer): Promise<boolean> => {
    if (answer.status === 200 && isIndexAnswer(answer)) return true;
    // Distribution-spec names 404; others say 400, 405 or 501 to a path they don't know, or show a page for people.
    if (![200, 400, 404, 405, 501].includes(answer.status)) throw await refusal(answer, limits, signal);
    discard(answer);
    supported = false;
    return false;
  };
  const target = `/v2/${address.repository}/referrers/${subject}`;
  for await (const { answer, bytes } of pagesOf(address, target, accept, signal)) {
    const place = placeOf(answer.url);
    found.push(...parseReferrers(bytes, 'api', place, limits.referrers));
    if (found.length > limits.referrers) {
      throw new HoldfastError('registry-limit', `more than ${limits.referrers} attached manifests`, { place });
    }
  }
  return supported ? found : undefined;
}

function isIndexAnswer(answer: Answer): boolean {
  return isIndexType((headerOf(answer, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '');
}

/** The index behind the fallback tag, with its etag; undefined = there is none. */
export async function fallbackIndex(address: BlobAddress, subject: Digest, signal: AbortSignal) {
  const received = await fetchManifest(address, fallbackTag(subject), signal);
  // GitLab takes the tag for the digest and answers with the image itself.
  if (received === undefined || received.descriptor.digest === subject) return undefined;
  return isIndexType(received.descriptor.mediaType) ? received : undefined;
}

export async function tagReferrers(
  address: BlobAddress,
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Referrer[]> {
  const index = await fallbackIndex(address, subject, signal);
  const place = `${address.connection.host}/${address.repository}:${fallbackTag(subject)}`;
  return index === undefined ? [] : parseReferrers(index.bytes, 'tag', place, ociLimits.manifests);
}

/** Both ways, always: registries answer an empty list where only the tag has them (GHCR), or lost the tag when they learned the API. */
export async function listReferrers(
  address: BlobAddress,
  subject: Digest,
  signal: AbortSignal,
): Promise<readonly Referrer[]> {
  const [api, tag] = await Promise.all([
    apiReferrers(address, subject, signal),
    tagReferrers(address, subject, signal),
  ]);
  const merged = mergeReferrers(api ?? [], tag);
  const { referrers } = address.connection.limits;
  if (merged.length <= referrers) return merged;
  throw new HoldfastError('registry-limit', `more than ${referrers} attached manifests`, {
    place: `${address.connection.host}/${address.repository}@${subject}`,
  });
}
