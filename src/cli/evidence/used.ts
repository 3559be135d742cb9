import { predicateTypes } from '../../attest/index.ts';
import { filesDigest, readFileManifest } from '../../contents/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import {
  type DecisionContext,
  type ExaminedImage,
  grantedExceptions,
  type PolicySet,
  trustedAttestations,
} from '../../policy/index.ts';
import { attachedProfiles, profileDocument } from '../../profile/index.ts';
import type { FilesEvidence, ImageEvidence, ProfileEvidence } from '../../watch/index.ts';

/** File manifests of one image that are read. */
const mostManifests = 8;

/** What of an image's evidence the policies let be used while it runs: profile, exceptions, file manifest. */
export function evidenceUsed(image: ExaminedImage, { policies }: PolicySet, context: DecisionContext): ImageEvidence {
  return {
    manifest: image.image.manifest,
    profile: profileOf(image, policies, context),
    exceptions: grantedExceptions(policies, image, context).map(({ evidence, document: { metadata, spec } }) => ({
      evidence,
      document: { metadata, spec },
    })),
    files: filesOf(image, policies, context),
  };
}

type Policies = PolicySet['policies'];
type Refused = Extract<ProfileEvidence, { readonly state: 'refused' }>;

/** The last recorded of those that are trusted and readable; else why what there is can't be used. */
function profileOf(image: ExaminedImage, policies: Policies, context: DecisionContext): ProfileEvidence {
  const type = predicateTypes.profile;
  const { trusted, untrusted } = trustedAttestations(policies, image, context, type);
  const { profiles, refused } = attachedProfiles(trusted, image.image.manifest);
  const [newest] = profiles;
  if (newest !== undefined) {
    const { evidence, digest, profile } = newest;
    return { state: 'given', evidence, digest, document: profileDocument(profile) };
  }
  const reasons: readonly Omit<Refused, 'state'>[] = [
    ...refused.map(({ evidence, error: { code, message: reason } }) => ({ evidence, code, reason })),
    ...untrusted,
    ...image.evidence.flatMap((one) =>
      one.kind === 'refused' && one.claims === type
        ? [{ evidence: one.evidence, code: one.code, reason: one.message }]
        : [],
    ),
    ...image.unsigned
      .filter(({ artifactType }) => artifactType === type)
      .map(({ manifest }) => ({ evidence: manifest, code: 'profile-unsigned', reason: 'nobody has signed it' })),
  ];
  const [first] = reasons;
  return first === undefined ? { state: 'none' } : { state: 'refused', ...first };
}

/** In the order of their digests; what can't be read is none. */
function filesOf(image: ExaminedImage, policies: Policies, context: DecisionContext): readonly FilesEvidence[] {
  const { trusted } = trustedAttestations(policies, image, context, predicateTypes['file-manifest']);
  return trusted.slice(0, mostManifests).flatMap(({ evidence, statement }) => {
    const digest = digestOfFiles(statement.predicate);
    return digest === undefined ? [] : [{ evidence, digest }];
  });
}

function digestOfFiles(predicate: unknown): string | undefined {
  try {
    return filesDigest(readFileManifest(predicate));
  } catch (error) {
    if (error instanceof HoldfastError) return undefined;
    throw error;
  }
}

/** The rows of the signed file manifest that was named. @throws HoldfastError `not-found` */
export function signedFiles(
  image: ExaminedImage,
  { policies }: PolicySet,
  context: DecisionContext,
  evidence: Digest,
): ReturnType<typeof readFileManifest> {
  const { trusted } = trustedAttestations(policies, image, context, predicateTypes['file-manifest']);
  const found = trusted.find((one) => one.evidence === evidence);
  if (found === undefined) throw new HoldfastError('not-found', 'no such trusted file manifest', { place: evidence });
  return readFileManifest(found.statement.predicate);
}
