import { type Attached, type Attester, attesterOf, predicateTypes, type SigningParty } from '../attest/index.ts';
import { packageReaders, readContents } from '../contents/index.ts';
import {
  type Descriptor,
  type Digest,
  formatPlatform,
  imageFrom,
  isIndexType,
  type LayeredSource,
  platformManifests,
  type Repository,
} from '../oci/index.ts';
import type { ExecutionProfile, Recipe } from '../profile/index.ts';
import type { SbomFormat } from '../sbom/index.ts';
import { type BaseCandidate, recogniseBase } from './base.ts';
import { type Given, givenStatements } from './given.ts';
import { type HardenedBy, requireHardened } from './hardened.ts';
import type { Origin } from './origin.ts';
import { type Material, provenance } from './provenance.ts';
import { about, contentsStatements, imageSignature, type PartStatement } from './statements.ts';

export interface SealRequest {
  readonly repository: Repository;
  /** Tag or digest: an image or an index. Its meaning is taken once, at the start. */
  readonly reference: string | undefined;
  readonly party: SigningParty;
  readonly signal: AbortSignal;
  readonly toolVersion: string;
  /** What people call the image, for the SBOM. */
  readonly name?: string;
  readonly sboms: readonly SbomFormat[];
  readonly origin: Origin;
  /** Images that may be the base; which one is, the layers say. */
  readonly bases: readonly BaseCandidate[];
  readonly materials: readonly Material[];
  readonly annotations: Readonly<Record<string, string>>;
  /** Each is attached to the platform manifest that it is of. */
  readonly profiles?: readonly Given<ExecutionProfile>[];
  /** Each is attached to the images of its platforms. */
  readonly recipes?: readonly Given<Recipe>[];
  /** Every image has to be the result of hardening, as they say. */
  readonly hardened?: HardenedBy;
  readonly progress?: (text: string) => void;
}

export interface SealedManifest {
  readonly digest: Digest;
  /** Absent for an index. */
  readonly platform?: string;
  readonly base?: string;
  readonly parts: readonly (Attached & { readonly part: string })[];
  /** What could not be read in the image; the SBOM names each. */
  readonly problems: number;
}

export interface Sealed {
  readonly root: Digest;
  /** The images in the index's order, then the index. */
  readonly manifests: readonly SealedManifest[];
}

/**
 * Seals an image: everything that is known of it becomes signed evidence beside it, and the signature comes last, over
 * the digest that all of it is about. What fails half-way has no signature on the root, so nothing verifies as whole;
 * again is always safe: what is there is not attached twice (by key).
 *
 * Reads every layer once per image. @throws HoldfastError as `requireHardened`, `givenStatements`, `readContents`, `attest`,
 * and the repository
 */
export async function seal(request: SealRequest): Promise<Sealed> {
  const { repository, reference, party, signal, progress = () => undefined } = request;
  const root = await repository.resolve(reference, signal);
  const subjectOf = (descriptor: Descriptor): Subject => ({
    descriptor,
    attest: attesterOf(repository, descriptor, party, signal),
  });
  const descriptors = await platformManifests(repository, root, signal);
  const { hardened: by, profiles = [], recipes = [] } = request;
  if (by !== undefined) {
    progress('looking whether it is hardened');
    await requireHardened({ repository, by, signal }, descriptors);
  }
  const given = await givenStatements(repository, descriptors, profiles, recipes, signal);
  const images = descriptors.map(subjectOf);
  const described: { readonly subject: Subject; readonly sealed: SealedManifest }[] = [];
  for (const subject of images) {
    const more = given.get(subject.descriptor.digest) ?? [];
    described.push({ subject, sealed: await sealContents(request, root, subject, more, progress) });
  }
  if (isIndexType(root.mediaType)) {
    const subject = subjectOf(root);
    described.push({ subject, sealed: await sealIndex(request, subject, progress) });
  }
  // All evidence is there before anything is signed, and the root is signed after its parts.
  const manifests: SealedManifest[] = [];
  for (const { subject, sealed } of described) {
    progress(`signing ${sealed.digest}`);
    const signature = await subject.attest(imageSignature(sealed.digest, request.annotations));
    manifests.push({ ...sealed, parts: [...sealed.parts, { part: 'signature', ...signature }] });
  }
  return { root: root.digest, manifests };
}

/** A manifest, and what says things of it. */
interface Subject {
  readonly descriptor: Descriptor;
  readonly attest: Attester;
}

async function sealContents(
  request: SealRequest,
  root: Descriptor,
  { descriptor, attest }: Subject,
  given: readonly PartStatement[],
  progress: (text: string) => void,
): Promise<SealedManifest> {
  const { repository, signal, bases } = request;
  const named = descriptor.platform === undefined ? {} : { platform: descriptor.platform };
  await using source: LayeredSource = await imageFrom(repository, descriptor, { signal, ...named });
  const platform = formatPlatform(source.config.platform);
  const read = await readContents(source, {
    signal,
    readers: packageReaders,
    progress: (bytes) => progress(`reading ${platform}: ${Math.round(bytes / 2 ** 20)} MiB`),
  });
  const identity = { ...read.identity, ...(isIndexType(root.mediaType) ? { index: root.digest } : {}) };
  const contents = { ...read, identity };
  const base = recogniseBase(source.config.diffIds, bases);
  const { origin, materials, toolVersion } = request;
  const said = provenance({ origin, materials, toolVersion, ...(base === undefined ? {} : { base }) });
  const statements: readonly PartStatement[] = [
    ...contentsStatements(descriptor.digest, contents, { ...request, ...(base === undefined ? {} : { base }) }),
    { part: 'provenance', statement: about(descriptor.digest, predicateTypes.slsaprovenance1, said) },
    ...given,
  ];
  const parts: SealedManifest['parts'][number][] = [];
  for (const { part, statement } of statements) {
    progress(`${platform}: ${part}`);
    parts.push({ part, ...(await attest(statement)) });
  }
  const { length: problems } = contents.problems;
  return { digest: descriptor.digest, platform, ...(base === undefined ? {} : { base: base.uri }), parts, problems };
}

async function sealIndex(
  request: SealRequest,
  { descriptor: { digest }, attest }: Subject,
  progress: (text: string) => void,
): Promise<SealedManifest> {
  progress('index: provenance');
  const { origin, materials, toolVersion } = request;
  const statement = about(digest, predicateTypes.slsaprovenance1, provenance({ origin, materials, toolVersion }));
  return { digest, parts: [{ part: 'provenance', ...(await attest(statement)) }], problems: 0 };
}
