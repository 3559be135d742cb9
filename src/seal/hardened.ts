import {
  type ExpectedIdentity,
  gatherEvidence,
  isExpected,
  predicateTypes,
  type Trust,
  type VerifiedAttestation,
} from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { type Descriptor, type Digest, isAttachmentTag, platformManifests, type Repository } from '../oci/index.ts';
import { hardeningMiss, isOnTheWay } from '../policy/index.ts';

/** Whose word it takes that an image was hardened. */
export interface HardenedBy {
  readonly trust: Trust;
  /** Beside roots: a certificate of anybody at all is good under a public one. Without it only keys count. */
  readonly identity?: ExpectedIdentity;
}

interface Place {
  readonly repository: Repository;
  readonly by: HardenedBy;
  readonly signal: AbortSignal;
}

/** Tags that are looked through for the result of hardening, where the image is not one. */
const mostTags = 32;

/**
 * Refuses what is not the result of hardening whose tests passed: signing it would vouch for what hardening started from.
 * @throws HoldfastError `hardened-intermediate`, `hardening-untested`, `hardening-missing`, and as `gatherEvidence`
 */
export async function requireHardened(place: Place, images: readonly Descriptor[]): Promise<void> {
  for (const { digest } of images) {
    const found = await hardenings(place, digest);
    const misses = found.map(({ statement }) => hardeningMiss(statement.predicate, digest));
    if (misses.includes(undefined)) continue;
    const led = await resultOf(place, digest, images);
    if (led !== undefined)
      throw new HoldfastError('hardened-intermediate', `hardening led from it to ${led}`, { place: digest });
    const [miss] = misses;
    if (miss === undefined)
      throw new HoldfastError('hardening-missing', 'no hardening attestation verifies', { place: digest });
    throw new HoldfastError(codeOf(miss.code), miss.reason, { place: digest });
  }
}

function codeOf(code: string): 'hardened-intermediate' | 'hardening-untested' | 'hardening-missing' {
  return code === 'hardened-intermediate' || code === 'hardening-untested' ? code : 'hardening-missing';
}

/** What those who are believed say of hardening this very manifest. */
async function hardenings({ repository, by, signal }: Place, digest: Digest): Promise<readonly VerifiedAttestation[]> {
  const evidence = await gatherEvidence(repository, digest, by.trust, signal);
  return evidence.filter(
    (one): one is VerifiedAttestation =>
      one.kind === 'attestation' &&
      one.subject === digest &&
      one.statement.predicateType === predicateTypes.hardening &&
      one.signatures.some(
        ({ party }) => party.kind === 'key' || (by.identity !== undefined && isExpected(party, by.identity)),
      ),
  );
}

/**
 * The hardened image that this one led to, where it lies beside it: in the same index, or tagged in the same repository.
 * It only helps whoever was refused, so what can't be read here changes nothing.
 */
async function resultOf(place: Place, digest: Digest, images: readonly Descriptor[]): Promise<Digest | undefined> {
  const { repository, signal } = place;
  const asked = new Set<Digest>([digest]);
  const leadsTo = async (candidates: readonly Descriptor[]): Promise<Digest | undefined> => {
    for (const one of candidates) {
      if (asked.has(one.digest)) continue;
      asked.add(one.digest);
      const found = await hardenings(place, one.digest);
      if (found.some(({ statement: { predicate } }) => isOnTheWay(predicate, digest))) return one.digest;
    }
    return undefined;
  };
  try {
    const beside = await leadsTo(images);
    if (beside !== undefined) return beside;
    const tags = (await repository.tags(signal)).filter((tag) => !isAttachmentTag(tag)).slice(-mostTags);
    for (const tag of tags) {
      const target = await repository.resolve(tag, signal);
      const found = await leadsTo((await platformManifests(repository, target, signal)).slice(0, mostTags));
      if (found !== undefined) return found;
    }
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
  }
  return undefined;
}
