import type { Digest } from '../digest.ts';
import type { Repository } from '../repository.ts';
import { inTurn } from './in-turn.ts';
import { presentManifest, type Survey } from './survey.ts';

/** Something that belongs to an image on one side and can't be found on the other. */
export interface Missing {
  readonly digest: Digest;
  readonly what: 'manifest' | 'blob' | 'referrer' | 'tag';
  /** Of a referrer: what it is attached to. */
  readonly subject?: Digest;
  readonly tag?: string;
  readonly artifactType?: string;
}

/**
 * What of an image the other side lacks, asked as a verifier would: referrers by their subject, older attachments by
 * their tag, blobs by digest. Sorted by digest.
 */
export async function missingFrom(
  { root, levels }: Survey,
  other: Repository,
  tag: string | undefined,
  signal: AbortSignal,
): Promise<readonly Missing[]> {
  const missing: Missing[] = [];
  const manifests = levels.flat();
  if (tag !== undefined && (await presentManifest(other, tag, signal))?.descriptor.digest !== root.digest)
    missing.push({ digest: root.digest, what: 'tag', tag });
  const listed = new Map<Digest, ReadonlySet<Digest>>();
  await inTurn(
    [...new Set(manifests.flatMap((one) => (one.as === 'referrer' ? (one.subject ?? []) : [])))],
    signal,
    async (subject) => {
      listed.set(subject, new Set((await other.referrers(subject, signal)).map((one) => one.digest)));
    },
  );
  await inTurn(manifests, signal, async ({ manifest, as, tag: older, subject }) => {
    const { digest } = manifest.descriptor;
    const about = subject === undefined ? {} : { subject };
    const there = await presentManifest(other, older ?? digest, signal);
    if (there?.descriptor.digest !== digest)
      missing.push({
        digest,
        what: as === 'referrer' || as === 'tag' ? as : 'manifest',
        ...about,
        ...(older === undefined ? {} : { tag: older }),
      });
    else if (as === 'referrer' && subject !== undefined && listed.get(subject)?.has(digest) !== true)
      missing.push({ digest, what: 'referrer', subject });
  });
  const blobs = new Set(manifests.flatMap((one) => one.blobs.map((blob) => blob.digest)));
  await inTurn([...blobs], signal, async (digest) => {
    if ((await other.size(digest, signal)) === undefined) missing.push({ digest, what: 'blob' });
  });
  return missing.sort((a, b) => (a.digest < b.digest ? -1 : a.digest > b.digest ? 1 : 0));
}
