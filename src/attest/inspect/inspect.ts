import { HoldfastError } from '../../errors/index.ts';
import {
  type Descriptor,
  type Digest,
  formatPlatform,
  isIndexType,
  platformManifests,
  type Repository,
  readBlob,
  type Surveyed,
  survey,
} from '../../oci/index.ts';
import { gather } from '../gather/gather.ts';
import { attestLimits } from '../limits.ts';
import type { Evidence } from '../model.ts';
import type { Trust } from '../verify/trust.ts';
import { canBeEvidence, claimedIn } from './claimed.ts';
import type { Checked, Inspected, InspectedEvidence, InspectedManifest } from './model.ts';

export interface InspectOptions {
  readonly signal: AbortSignal;
  /** Without it nothing is verified: everything is shown as it describes itself. */
  readonly trust?: Trust;
}

/**
 * The tree of all that is attached to an image: nothing hidden, whoever signed it.
 * @throws HoldfastError as `survey`, `gather`
 */
export async function inspect(
  repository: Repository,
  reference: string | undefined,
  { signal, trust }: InspectOptions,
): Promise<Inspected> {
  const { root, levels, dangling } = await survey(repository, reference, signal);
  const manifests = levels.flat();
  const platforms = await platformsOf(repository, root, signal);
  const verdicts = new Map<Digest, Evidence>();
  if (trust !== undefined)
    for (const { manifest } of manifests)
      for (const one of (await gather(repository, manifest.descriptor.digest, trust, signal)).evidence)
        verdicts.set(one.evidence, one);

  const attachedTo = Map.groupBy(manifests, (one) => one.subject);
  const inspected = async (one: Surveyed): Promise<InspectedManifest> => {
    const { digest, mediaType } = one.manifest.descriptor;
    const holds = one.as === 'referrer' || one.as === 'tag' ? one.blobs.filter(canBeEvidence) : [];
    const platform = platforms.get(digest);
    return {
      digest,
      mediaType,
      as: one.as,
      ...(platform === undefined ? {} : { platform }),
      ...(one.tag === undefined ? {} : { tag: one.tag }),
      ...(one.artifactType === undefined ? {} : { artifactType: one.artifactType }),
      evidence: await inOrder(holds, (layer) => evidenceIn(repository, layer, checkedBy(verdicts, trust), signal)),
      attached: (await inOrder(attachedTo.get(digest) ?? [], inspected)).toSorted(byKind),
    };
  };
  // The survey puts parts before their index; people want the image first.
  const images = manifests.filter((one) => one.subject === undefined).toReversed();
  return { root: root.digest, manifests: await inOrder(images, inspected), dangling };
}

async function evidenceIn(
  repository: Repository,
  layer: Descriptor,
  check: (evidence: Digest) => Checked,
  signal: AbortSignal,
): Promise<InspectedEvidence> {
  const { digest, size } = layer;
  try {
    const bytes = await readBlob(repository, layer, { signal, bound: attestLimits.bundleBytes, place: digest });
    return { evidence: digest, size, ...claimedIn(bytes, layer), ...check(digest) };
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.code.startsWith('registry-')) throw error;
    const { code, message } = error;
    return {
      evidence: digest,
      size,
      logs: 0,
      timestamps: 0,
      says: 'it can not be read',
      verified: 'no',
      code,
      message,
    };
  }
}

/** The same kinds together, whatever their digests are. */
function byKind(a: InspectedManifest, b: InspectedManifest): number {
  const [one, other] = [a, b].map(
    ({ evidence: [first], artifactType = '', digest }) => `${first?.says ?? artifactType} ${digest}`,
  );
  return (one ?? '') < (other ?? '') ? -1 : 1;
}

function checkedBy(verdicts: ReadonlyMap<Digest, Evidence>, trust: Trust | undefined): (evidence: Digest) => Checked {
  return (evidence) => {
    if (trust === undefined) return { verified: 'not-asked' };
    const found = verdicts.get(evidence);
    if (found === undefined) return { verified: 'no', code: 'evidence-unread', message: 'it is not read as evidence' };
    return found.kind === 'refused'
      ? { verified: 'no', code: found.code, message: found.message }
      : { verified: 'yes' };
  };
}

async function platformsOf(
  repository: Repository,
  root: Descriptor,
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, string>> {
  if (!isIndexType(root.mediaType)) return new Map();
  const images = await platformManifests(repository, root, signal);
  return new Map(
    images.flatMap(({ digest, platform }) => (platform === undefined ? [] : [[digest, formatPlatform(platform)]])),
  );
}

async function inOrder<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const done: R[] = [];
  for (const one of all) done.push(await work(one));
  return done;
}
