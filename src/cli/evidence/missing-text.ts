import type { Missing } from '../../oci/index.ts';

export function missingText({ what, digest, subject, tag, artifactType }: Missing): string {
  const of = subject === undefined ? '' : ` attached to ${subject}`;
  const kind = artifactType === undefined ? '' : ` (${artifactType})`;
  return `${what === 'referrer' ? 'evidence' : what} ${tag === undefined ? '' : `${tag} `}${digest}${kind}${of}`;
}
