import { HoldfastError } from '../../errors/index.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { factsOf, fallbackTag, isAttachmentTag } from '../referrer-list.ts';
import type { Repository, StoredManifest } from '../repository.ts';
import { inTurn } from './in-turn.ts';
import { referencesOf } from './references.ts';

/** Why a manifest belongs to an image: it is the image, a part of an index, attached to it, or under an older tag of its digest. */
export type Belonging = 'image' | 'part' | 'referrer' | 'tag';

export interface Surveyed {
  readonly manifest: StoredManifest;
  readonly as: Belonging;
  /** The tag under which it must be found: cosign's older `sha256-HEX.sig` and its like. */
  readonly tag?: string;
  /** What it is attached to. */
  readonly subject?: Digest;
  readonly artifactType?: string;
  readonly blobs: readonly Descriptor[];
}

/** An image with all that is attached to it, each manifest once. */
export interface Survey {
  readonly root: Descriptor;
  /** The image and its parts, then what is attached to those, and so on; parts of an index stand before it. */
  readonly levels: readonly (readonly Surveyed[])[];
  /** Listed as attached, and not there. */
  readonly dangling: readonly Digest[];
}

/** Tags that cosign gave its attachments before there were referrers. */
const olderTags = ['.sig', '.att', '.sbom'] as const;

/** More than any honest image has; each costs a few requests. */
const mostManifests = 20_000;
/** Attachments of attachments. */
const mostLevels = 32;

/**
 * Finds the image, the parts of its index, what is attached to any of them, what is attached to that, and the older tags.
 * Nothing is asked twice, so loops end.
 * @throws HoldfastError `not-found`, `oci-limit`, `oci-malformed`, and what the repository says
 */
export async function survey(
  repository: Repository,
  reference: string | undefined,
  signal: AbortSignal,
  found: (manifests: number) => void = () => undefined,
): Promise<Survey> {
  const root = await repository.manifest((await repository.resolve(reference, signal)).digest, signal);
  const walk = new Walk(repository, signal, found);
  await walk.add(root, { as: 'image' });
  const levels: Surveyed[][] = [];
  for (let level = walk.take(); level.length > 0; level = walk.take()) {
    if (levels.length >= mostLevels) {
      const place = root.descriptor.digest;
      throw new HoldfastError('oci-limit', `attached to each other more than ${mostLevels} deep`, { place });
    }
    levels.push(level);
    await inTurn(level, signal, (one) => walk.attachments(one));
  }
  return { root: root.descriptor, levels, dangling: walk.dangling };
}

class Walk {
  readonly dangling: Digest[] = [];
  private readonly repository: Repository;
  private readonly signal: AbortSignal;
  private readonly found: (manifests: number) => void;
  private readonly seen = new Map<Digest, Promise<void>>();
  private level: Surveyed[] = [];
  private tags: Promise<ReadonlySet<string> | undefined> | undefined;

  constructor(repository: Repository, signal: AbortSignal, found: (manifests: number) => void) {
    this.repository = repository;
    this.signal = signal;
    this.found = found;
  }

  /** What was added since. */
  take(): Surveyed[] {
    const { level } = this;
    this.level = [];
    return level;
  }

  /** A manifest, behind its parts. A digest can't be part of itself, so this ends. */
  add(manifest: StoredManifest, belongs: Pick<Surveyed, 'as' | 'tag' | 'subject' | 'artifactType'>): Promise<void> {
    const { digest } = manifest.descriptor;
    return this.once(digest, async () => {
      const { blobs, manifests } = referencesOf(manifest.bytes, digest);
      await inTurn(manifests, this.signal, async (part) => {
        if (!this.seen.has(part.digest))
          await this.add(await this.repository.manifest(part.digest, this.signal), { as: 'part' });
        await this.seen.get(part.digest);
      });
      this.level.push({ manifest, ...belongs, blobs });
      this.found(this.seen.size);
    });
  }

  async attachments({ manifest, as }: Surveyed): Promise<void> {
    const subject = manifest.descriptor.digest;
    const referrers = await this.repository.referrers(subject, this.signal);
    await inTurn(referrers, this.signal, async ({ digest }) => {
      if (this.seen.has(digest)) return;
      const stored = await presentManifest(this.repository, digest, this.signal);
      if (stored === undefined) {
        this.dangling.push(digest);
        return;
      }
      const facts = factsOf(stored.bytes, digest);
      // A list may name what it likes; only the manifest itself says what it is attached to.
      if (facts.subject !== subject) return;
      const { artifactType } = facts;
      await this.add(stored, { as: 'referrer', subject, ...(artifactType === undefined ? {} : { artifactType }) });
    });
    if (as === 'tag') return;
    const known = await this.attachmentTags();
    for (const suffix of olderTags) {
      const tag = `${fallbackTag(subject)}${suffix}`;
      if (known?.has(tag) === false) continue;
      const stored = await presentManifest(this.repository, tag, this.signal);
      if (stored !== undefined) await this.add(stored, { as: 'tag', tag, subject });
    }
  }

  /** One list instead of three questions a manifest; undefined where the registry does not give it: then each is asked for. */
  private attachmentTags(): Promise<ReadonlySet<string> | undefined> {
    this.tags ??= this.repository.tags(this.signal).then(
      (tags) => new Set(tags.filter(isAttachmentTag)),
      (error: unknown) => {
        if (error instanceof HoldfastError) return undefined;
        throw error;
      },
    );
    return this.tags;
  }

  private once(digest: Digest, work: () => Promise<void>): Promise<void> {
    const before = this.seen.get(digest);
    if (before !== undefined) return before;
    if (this.seen.size >= mostManifests)
      throw new HoldfastError('oci-limit', `more than ${mostManifests} manifests belong to it`, { place: digest });
    const under = work();
    this.seen.set(digest, under);
    return under;
  }
}

/** undefined = there is none. */
export async function presentManifest(
  repository: Repository,
  reference: string,
  signal: AbortSignal,
): Promise<StoredManifest | undefined> {
  try {
    return await repository.manifest(reference, signal);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'not-found') return undefined;
    throw error;
  }
}
