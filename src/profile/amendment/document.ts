import type { Digest } from '../../oci/index.ts';
import type { ImageException } from '../../policy/index.ts';
import type { Drift } from '../judge/drift.ts';
import { type Amendment, formatAmendment } from './line.ts';

export interface AmendmentRequest {
  /** Of the document; as Kubernetes names objects. */
  readonly name: string;
  /** The image by its name, without tag or digest. */
  readonly image: string;
  /** The platform manifest the profile is of. */
  readonly subject: Digest;
  /** The profile that is amended: of its canonical bytes. */
  readonly profile: Digest;
  /** Who answers for it. */
  readonly issuer: string;
  readonly reason?: string;
  /** RFC 3339 UTC. */
  readonly notBefore: string;
  readonly expires: string;
}

/** Lines of one document. */
const mostLines = 256;

/**
 * The `ImageException` that would allow what these drifts are about, for a person to review and sign. Undefined where
 * nothing could: the bytes of what ran are not known.
 */
export function amendmentDocument(
  drifts: readonly Pick<Drift, 'amendment' | 'why'>[],
  request: AmendmentRequest,
): ImageException | undefined {
  const allow = [...new Set(drifts.flatMap(({ amendment }) => linesOf(amendment)))].slice(0, mostLines);
  if (allow.length === 0) return undefined;
  const { name, image, subject, profile, issuer, reason, notBefore, expires } = request;
  return {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'ImageException',
    metadata: { name },
    spec: {
      subject: { image, digest: subject },
      scope: { profileAmendment: { profile, allow } },
      reason: (reason ?? drifts.map(({ why }) => why).join('; ')).slice(0, 2048),
      issuer,
      notBefore,
      expires,
    },
  };
}

function linesOf(amendment: Amendment | undefined): readonly string[] {
  return amendment === undefined ? [] : [formatAmendment(amendment)];
}
