import { HoldfastError } from '../../errors/index.ts';
import { type Descriptor, type Digest, fallbackTag, type Repository, type StoredManifest } from '../../oci/index.ts';
import { envelopeIn } from '../format/bundle.ts';
import { fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';
import type { Carrier, Evidence } from '../model.ts';
import { signedBytes } from '../verify/signature.ts';
import type { Trust } from '../verify/trust.ts';
import { verifyBundle } from '../verify/verify.ts';
import { parseArtifactManifest } from './artifact-manifest.ts';
import { annotatedBundle, signatureIn } from './cosign-annotations.ts';
import { type Found, judgeEnvelope, refused } from './judge.ts';
import type { EvidenceReader } from './read.ts';
import { parseSimpleSigning } from './simple-signing.ts';

/** cosign's tags for one digest: the layer types they hold and how such a layer is judged. */
const tags = {
  sig: {
    carrier: 'cosign-signature-tag',
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    judge: judgeSimple,
  },
  att: {
    carrier: 'cosign-attestation-tag',
    mediaType: 'application/vnd.dsse.envelope.v1+json',
    judge: judgeOldEnvelope,
  },
} as const satisfies Record<string, { carrier: Carrier; mediaType: string; judge: Judge }>;

type Judge = (bytes: Uint8Array, layer: Descriptor, found: Found, trust: Trust) => Evidence;

function judgeSimple(bytes: Uint8Array, layer: Descriptor, found: Found, trust: Trust): Evidence {
  const place = found.evidence;
  const content = { kind: 'message', signature: signatureIn(layer.annotations, place) } as const;
  const bundle = annotatedBundle(layer.annotations, content, place);
  const signature = verifyBundle(bundle, signedBytes(bytes), { foreignLogs: 'claim-nothing', ...trust });
  const { digest, reference, annotations } = parseSimpleSigning(bytes, place);
  if (digest !== found.subject)
    throw new HoldfastError('subject-mismatch', `the signature is about ${digest}`, { place });
  return {
    kind: 'signature',
    ...found,
    annotations,
    ...(reference === undefined ? {} : { reference }),
    signatures: [signature],
  };
}

function judgeOldEnvelope(bytes: Uint8Array, layer: Descriptor, found: Found, trust: Trust): Evidence {
  const place = found.evidence;
  const code = 'bundle-malformed';
  const envelope = envelopeIn(fieldsOf(parseStrictJson(bytes, code, place), code, place));
  return judgeEnvelope(annotatedBundle(layer.annotations, envelope, place), found, trust);
}

/** The manifest behind a tag; undefined where there is none. */
async function tagged(repository: Repository, tag: string, signal: AbortSignal): Promise<StoredManifest | undefined> {
  try {
    return await repository.manifest(tag, signal);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'not-found') return undefined;
    throw error;
  }
}

/**
 * What cosign's older tags `sha256-HEX.sig` and `.att` hold for a digest, each layer for itself.
 * @throws HoldfastError as the repository where it can't be read
 */
export async function gatherCosignTag(
  repository: Repository,
  subject: Digest,
  kind: keyof typeof tags,
  trust: Trust,
  reader: EvidenceReader,
  signal: AbortSignal,
): Promise<readonly Evidence[]> {
  const { carrier, mediaType, judge } = tags[kind];
  const tag = `${fallbackTag(subject)}.${kind}`;
  const manifest = await tagged(repository, tag, signal);
  if (manifest === undefined) return [];
  const own: Found = { evidence: manifest.descriptor.digest, carrier, subject };
  const evidence: Evidence[] = [];
  try {
    for (const layer of parseArtifactManifest(manifest.bytes, tag).layers) {
      const found: Found = { evidence: layer.digest, carrier, subject };
      try {
        if (layer.mediaType !== mediaType) {
          throw new HoldfastError('statement-malformed', `a layer of type ${layer.mediaType.slice(0, 100)}`, {
            place: tag,
          });
        }
        evidence.push(judge(await reader(layer), layer, found, trust));
      } catch (error) {
        evidence.push(refused(found, error));
      }
    }
  } catch (error) {
    return [refused(own, error)];
  }
  return evidence;
}
