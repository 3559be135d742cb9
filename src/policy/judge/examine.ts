import { type Evidence, gather, type Trust, type UnsignedReferrer } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import {
  type Descriptor,
  type Digest,
  formatPlatform,
  isIndexType,
  type Platform,
  platformManifests,
  platformMatches,
  type Repository,
  selectImage,
} from '../../oci/index.ts';
import type { ImageUnderTest } from '../decision.ts';
import type { ImageName } from '../images/name.ts';

/** Images of one index that are judged: more would be a way to keep a verifier busy. */
const mostPlatforms = 64;

export interface ExaminedImage {
  readonly image: ImageUnderTest;
  /** All that is attached to the platform manifest and to its index, verified or refused. */
  readonly evidence: readonly Evidence[];
  /** Attached to the platform manifest, and claiming no signature: it proves nothing. */
  readonly unsigned: readonly UnsignedReferrer[];
}

/** All that a decision about a digest can rest on. It does not depend on any policy, only on whom to believe. */
export interface Examined {
  readonly name?: ImageName;
  readonly digest: Digest;
  readonly images: readonly ExaminedImage[];
}

export interface ExamineRequest {
  readonly repository: Repository;
  readonly target: Descriptor;
  /** Absent for a layout. */
  readonly name?: ImageName;
  readonly trust: Trust;
  /** Which of an index's images may run; without it all of them. */
  readonly platforms?: readonly Platform[];
  readonly signal: AbortSignal;
}

/**
 * Reads an image, or each image of an index, and verifies all that is attached to it.
 * @throws HoldfastError `platform-not-found`, `oci-limit`, as `gather` and as the repository
 */
export async function examine(request: ExamineRequest): Promise<Examined> {
  const { repository, target, name, trust, signal } = request;
  const manifests = await platformManifests(repository, target, signal);
  const wanted = manifests.filter(({ platform }) => isWanted(platform, request.platforms));
  if (wanted.length === 0) {
    const names = request.platforms?.map(formatPlatform).join(', ') ?? 'any platform';
    throw new HoldfastError('platform-not-found', `no image for ${names} in the index`, { place: target.digest });
  }
  if (wanted.length > mostPlatforms) {
    throw new HoldfastError('oci-limit', `${wanted.length} images, more than ${mostPlatforms}`, {
      place: target.digest,
    });
  }
  const index = isIndexType(target.mediaType)
    ? { digest: target.digest, manifests: manifests.map(({ digest }) => digest) }
    : undefined;
  const ofIndex = index === undefined ? [] : (await gather(repository, index.digest, trust, signal)).evidence;
  const images: ExaminedImage[] = [];
  for (const descriptor of wanted) {
    const [selected, { evidence, unsigned }] = await Promise.all([
      selectImage(repository, descriptor, { signal }),
      gather(repository, descriptor.digest, trust, signal),
    ]);
    const image: ImageUnderTest = {
      ...(name === undefined ? {} : { name }),
      manifest: descriptor.digest,
      ...(index === undefined ? {} : { index }),
      config: selected.manifest.config.digest,
      ...(selected.config.created === undefined ? {} : { created: selected.config.created }),
    };
    images.push({ image, evidence: [...evidence, ...ofIndex], unsigned });
  }
  return { ...(name === undefined ? {} : { name }), digest: target.digest, images };
}

/** What an index says nothing of may run anywhere. */
function isWanted(has: Platform | undefined, wanted: readonly Platform[] | undefined): boolean {
  return has === undefined || wanted === undefined || wanted.some((one) => platformMatches(one, has));
}
