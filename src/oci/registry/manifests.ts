import { HoldfastError } from '../../errors/index.ts';
import { type Digest, digestOf, isDigest } from '../digest.ts';
import { optionalTextOf, parseJsonObject } from '../json.ts';
import { ociLimits } from '../limits.ts';
import { isIndexType, isManifestType } from '../media.ts';
import type { StoredManifest } from '../repository.ts';
import { type Answer, discard, headerOf, placeOf, readAnswer, refusal } from './answer.ts';
import type { BlobAddress } from './download.ts';

/** All that a manifest can be, so that no registry converts one on its way to us. */
const accepted = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.oci.artifact.manifest.v1+json',
].join(', ');

/** A manifest as a registry has it now, with what makes a later change of it noticed. */
export interface ReceivedManifest extends StoredManifest {
  readonly etag?: string;
}

/**
 * By tag or digest. undefined = not there.
 * @throws HoldfastError `digest-mismatch` where the bytes are not those of the digest asked for or announced, `registry-limit`, `registry-malformed`
 */
export async function fetchManifest(
  address: BlobAddress,
  reference: string,
  signal: AbortSignal,
): Promise<ReceivedManifest | undefined> {
  const { connection, repository, scopes } = address;
  const target = `/v2/${repository}/manifests/${reference}`;
  const headers = { accept: accepted };
  const answer = await connection.ask({ method: 'GET', target, headers, scopes, repeatable: true, signal });
  if (answer.status === 404) {
    discard(answer);
    return undefined;
  }
  if (answer.status !== 200) throw await refusal(answer, connection.limits, signal);
  const bytes = await readAnswer(answer, ociLimits.manifestBytes, connection.limits, signal);
  const digest = provenDigest(answer, bytes, reference);
  const etag = headerOf(answer, 'etag');
  const mediaType = mediaTypeOf(answer, bytes);
  return {
    descriptor: { mediaType, digest, size: bytes.length, annotations: {} },
    bytes,
    ...(etag === undefined || etag.startsWith('W/') ? {} : { etag }),
  };
}

function provenDigest(answer: Answer, bytes: Uint8Array, reference: string): Digest {
  const place = placeOf(answer.url);
  const digest = digestOf(bytes);
  const announced = headerOf(answer, 'docker-content-digest');
  for (const expected of [isDigest(reference) ? reference : undefined, announced]) {
    if (expected === undefined || expected === digest) continue;
    if (!isDigest(expected)) throw new HoldfastError('registry-malformed', 'its digest is no sha256', { place });
    throw new HoldfastError('digest-mismatch', `has ${digest}, should have ${expected}`, { place });
  }
  return digest;
}

/** The document's own word, which its digest covers; the header's only where the document is silent. */
function mediaTypeOf(answer: Answer, bytes: Uint8Array): string {
  const place = placeOf(answer.url);
  const said = (headerOf(answer, 'content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const own = optionalTextOf(parseJsonObject(bytes, place), 'mediaType', place);
  const known = isIndexType(said) || isManifestType(said);
  if (own === undefined && !known)
    throw new HoldfastError('registry-malformed', 'does not say what it sends', { place });
  if (own !== undefined && known && own !== said) {
    throw new HoldfastError('registry-malformed', `says ${said}, the document ${own.slice(0, 100)}`, { place });
  }
  return own ?? said;
}
