import type { Descriptor } from '../../oci/index.ts';
import { type Bundle, envelopeIn, parseBundle } from '../format/bundle.ts';
import { fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';
import { parseSimpleSigning } from '../gather/simple-signing.ts';
import { parseStatement } from '../statement/parse.ts';
import { partyOf } from '../verify/claims.ts';
import { readCertificate } from '../verify/x509.ts';
import type { ClaimedSigner, InspectedEvidence } from './model.ts';
import { says } from './says.ts';

export type Claimed = Pick<InspectedEvidence, 'predicateType' | 'signer' | 'logs' | 'timestamps' | 'says'>;

/** Layer types that can be evidence: Sigstore bundles, cosign's older payloads and envelopes. */
export function canBeEvidence({ mediaType }: Descriptor): boolean {
  return (
    mediaType.startsWith('application/vnd.dev.sigstore.bundle') ||
    mediaType === 'application/vnd.dev.cosign.simplesigning.v1+json' ||
    mediaType === 'application/vnd.dsse.envelope.v1+json'
  );
}

/** What evidence says of itself, nothing of it verified. @throws HoldfastError as its parsers */
export function claimedIn(bytes: Uint8Array, layer: Descriptor): Claimed {
  const place = layer.digest;
  if (layer.mediaType === 'application/vnd.dev.cosign.simplesigning.v1+json') {
    const { reference } = parseSimpleSigning(bytes, place);
    const named = reference === undefined ? '' : ` of ${reference}`;
    return {
      logs: annotated(layer, 'bundle'),
      timestamps: annotated(layer, 'rfc3161timestamp'),
      says: `image signature${named}`,
    };
  }
  if (layer.mediaType === 'application/vnd.dsse.envelope.v1+json') {
    const { payload } = envelopeIn(
      fieldsOf(parseStrictJson(bytes, 'bundle-malformed', place), 'bundle-malformed', place),
    );
    const statement = parseStatement(payload, place);
    const { predicateType } = statement;
    return {
      predicateType,
      logs: annotated(layer, 'bundle'),
      timestamps: annotated(layer, 'rfc3161timestamp'),
      says: says(statement),
    };
  }
  const bundle = parseBundle(bytes, place);
  const { logEntries, timestamps, content } = bundle;
  const witnesses = { signer: signerOf(bundle), logs: logEntries.length, timestamps: timestamps.length };
  if (content.kind !== 'dsse') return { ...witnesses, says: 'signature of a file' };
  const statement = parseStatement(content.payload, place);
  return { ...witnesses, predicateType: statement.predicateType, says: says(statement) };
}

function signerOf({ material }: Bundle): ClaimedSigner {
  if (material.kind === 'key') return material.hint === '' ? { kind: 'key' } : { kind: 'key', hint: material.hint };
  const { issuer, identity } = partyOf(readCertificate(material.leaf, 'certificate-invalid', 'signing certificate'));
  return { kind: 'certificate', issuer, identity };
}

/** cosign keeps log entry and timestamp of its older signatures in annotations. */
function annotated({ annotations }: Descriptor, name: string): number {
  return annotations[`dev.sigstore.cosign/${name}`] === undefined ? 0 : 1;
}
