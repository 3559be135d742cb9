import { type Attached, attest, predicateTypes, type SigningParty } from '../attest/index.ts';
import { type ImageContents, packageReaders, readContents } from '../contents/index.ts';
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
import type { SbomFormat } from '../sbom/index.ts';
import { type BaseCandidate, recogniseBase } from './base.ts';
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
  /** More to say of each platform's image, such as its profile. */
  readonly further?: (image: Digest, contents: ImageContents) => readonly PartStatement[];
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
 * Reads every layer once per image. @throws HoldfastError as `readContents`, `attest`, and the repository
 */
export async function seal(request: SealRequest): Promise<Sealed> {
  const { repository, reference, signal, progress = () => undefined } = request;
  const root = await repository.resolve(reference, signal);
  const manifests: SealedManifest[] = [];
  const images = await platformManifests(repository, root, signal);
  for (const image of images) manifests.push(await sealContents(request, root, image, progress));
  if (isIndexType(root.mediaType)) manifests.push(await sealIndex(request, root, progress));
  // All evidence is there before anything is signed, and the root is signed after its parts.
  for (const [index, one] of manifests.entries()) {
    const subject = one.digest === root.digest ? root : images[index];
    if (subject === undefined) throw new Error('every manifest but the index is an image');
    progress(`signing ${one.digest}`);
    const signature = { part: 'signature', statement: imageSignature(one.digest, request.annotations) } as const;
    manifests[index] = { ...one, parts: [...one.parts, await attach(request, subject, signature)] };
  }
  return { root: root.digest, manifests };
}

async function sealContents(
  request: SealRequest,
  root: Descriptor,
  descriptor: Descriptor,
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
    ...(request.further?.(descriptor.digest, contents) ?? []),
    { part: 'provenance', statement: about(descriptor.digest, predicateTypes.slsaprovenance1, said) },
  ];
  const parts: SealedManifest['parts'][number][] = [];
  for (const one of statements) {
    progress(`${platform}: ${one.part}`);
    parts.push(await attach(request, descriptor, one));
  }
  const { length: problems } = contents.problems;
  return { digest: descriptor.digest, platform, ...(base === undefined ? {} : { base: base.uri }), parts, problems };
}

async function sealIndex(
  request: SealRequest,
  root: Descriptor,
  progress: (text: string) => void,
): Promise<SealedManifest> {
  progress('index: provenance');
  const { origin, materials, toolVersion } = request;
  const statement = about(root.digest, predicateTypes.slsaprovenance1, provenance({ origin, materials, toolVersion }));
  return { digest: root.digest, parts: [await attach(request, root, { part: 'provenance', statement })], problems: 0 };
}

async function attach(
  { repository, party, signal }: SealRequest,
  subject: Descriptor,
  { part, statement }: PartStatement,
): Promise<SealedManifest['parts'][number]> {
  return { part, ...(await attest(repository, subject, statement, party, signal)) };
}
