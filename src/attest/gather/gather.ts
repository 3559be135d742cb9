import { HoldfastError } from '../../errors/index.ts';
import type { Digest, Repository } from '../../oci/index.ts';
import { attestLimits } from '../limits.ts';
import type { Evidence } from '../model.ts';
import type { Trust } from '../verify/trust.ts';
import { gatherCosignTag } from './cosign-tags.ts';
import { evidenceReader } from './read.ts';
import { judgeReferrer, type UnsignedReferrer } from './referrers.ts';

/** All that is attached to one digest. */
export interface Gathered {
  /** Verified and refused, ordered by digest. */
  readonly evidence: readonly Evidence[];
  readonly unsigned: readonly UnsignedReferrer[];
}

const workers = 8;

/** Runs `work` over the items, a few at a time, and keeps their order. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results = new Map<number, R>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) results.set(at, await work(items[at] as T));
  };
  await Promise.all(Array.from({ length: Math.min(workers, items.length) }, worker));
  return items.map((_, at) => results.get(at) as R);
}

/**
 * Everything attached to a digest, each thing verified by itself: bundles as referrers and cosign's older tags, always
 * both, since any referrer by anyone would otherwise hide a signature in a tag. What does not verify is kept with its
 * code; who signed is said and not judged.
 * @throws HoldfastError `evidence-limit` where more is attached than is read, and as the repository where it can't be read
 */
export async function gather(
  repository: Repository,
  digest: Digest,
  trust: Trust,
  signal: AbortSignal,
): Promise<Gathered> {
  const referrers = await repository.referrers(digest, signal);
  if (referrers.length > attestLimits.referrers) {
    throw new HoldfastError('evidence-limit', `${referrers.length} referrers, more than ${attestLimits.referrers}`, {
      place: digest,
    });
  }
  const reader = evidenceReader(repository, digest, signal);
  const [attached, signatures, attestations] = await Promise.all([
    inParallel(referrers, (referrer) => judgeReferrer(repository, referrer, digest, trust, reader, signal)),
    gatherCosignTag(repository, digest, 'sig', trust, reader, signal),
    gatherCosignTag(repository, digest, 'att', trust, reader, signal),
  ]);
  const evidence = attached.filter((one): one is Evidence => one.kind !== 'unsigned');
  return {
    evidence: [...evidence, ...signatures, ...attestations].sort((a, b) => (a.evidence < b.evidence ? -1 : 1)),
    unsigned: attached.filter((one) => one.kind === 'unsigned'),
  };
}

/** The evidence alone. @throws as `gather` */
export async function gatherEvidence(
  repository: Repository,
  digest: Digest,
  trust: Trust,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  return (await gather(repository, digest, trust, signal)).evidence;
}
