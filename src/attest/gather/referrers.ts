import { HoldfastError } from '../../errors/index.ts';
import { type Descriptor, type Digest, type Referrer, type Repository } from '../../oci/index.ts';
import { type Bundle, parseBundle } from '../format/bundle.ts';
import type { Evidence } from '../model.ts';
import type { Trust } from '../verify/trust.ts';
import { parseArtifactManifest } from './artifact-manifest.ts';
import { type Found, judgeEnvelope, refused } from './judge.ts';
import type { EvidenceReader } from './read.ts';

/** Something attached that claims no signature: an SBOM as it is, a picture. It proves nothing and is listed all the same. */
export interface UnsignedReferrer {
  readonly kind: 'unsigned';
  readonly manifest: Digest;
  readonly subject: Digest;
  /** As the manifest itself says. */
  readonly artifactType?: string;
}

const bundlePrefix = 'application/vnd.dev.sigstore.bundle';

function isBundle({ mediaType }: Descriptor): boolean {
  return mediaType.startsWith(bundlePrefix);
}

/** The bytes of the bundle that a referrer holds; undefined = it holds none. @throws HoldfastError */
export async function readReferrer(
  repository: Repository,
  { digest }: Pick<Referrer, 'digest'>,
  subject: Digest,
  reader: EvidenceReader,
  signal: AbortSignal,
): Promise<{ readonly layer: Digest; readonly bytes: Uint8Array } | UnsignedReferrer> {
  const { bytes } = await repository.manifest(digest, signal);
  const manifest = parseArtifactManifest(bytes, digest);
  if (manifest.subject !== subject) {
    throw new HoldfastError('subject-mismatch', `the manifest is attached to ${manifest.subject ?? 'nothing'}`, {
      place: digest,
    });
  }
  const [layer, second] = manifest.layers;
  if (layer === undefined || !manifest.layers.some(isBundle)) {
    const { artifactType } = manifest;
    return { kind: 'unsigned', manifest: digest, subject, ...(artifactType === undefined ? {} : { artifactType }) };
  }
  if (second !== undefined)
    throw new HoldfastError('bundle-malformed', 'a bundle beside other layers', { place: digest });
  return { layer: layer.digest, bytes: await reader(layer) };
}

/**
 * What one referrer is worth. The manifest is read: what a registry says of it in its list is hearsay.
 * @throws HoldfastError as the repository where it can't be read
 */
export async function judgeReferrer(
  repository: Repository,
  referrer: Referrer,
  subject: Digest,
  trust: Trust,
  reader: EvidenceReader,
  signal: AbortSignal,
): Promise<Evidence | UnsignedReferrer> {
  let found: Found = { evidence: referrer.digest, carrier: 'referrer', subject };
  let bundle: Bundle | undefined;
  try {
    const read = await readReferrer(repository, referrer, subject, reader, signal);
    if ('kind' in read) return read;
    found = { ...found, evidence: read.layer };
    bundle = parseBundle(read.bytes, read.layer);
    return judgeEnvelope(bundle, found, trust);
  } catch (error) {
    return refused(found, error, bundle);
  }
}
