import { HoldfastError } from '../../errors/index.ts';
import { type Digest, isDigest } from '../../oci/index.ts';
import { fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';
import type { Json } from '../model.ts';

/** What cosign's older image signatures sign (containers/image, docs/containers-signature.5.md, "JSON data format"). */
export interface SimpleSigning {
  readonly digest: Digest;
  readonly reference?: string;
  readonly annotations: Readonly<Record<string, Json>>;
}

const code = 'statement-malformed';
const type = 'cosign container image signature';

/** @throws HoldfastError `statement-malformed` */
export function parseSimpleSigning(bytes: Uint8Array, place: string): SimpleSigning {
  const fields = fieldsOf(parseStrictJson(bytes, code, place), code, place);
  fields.only('critical', 'optional');
  const critical = fields.object('critical');
  critical.only('identity', 'image', 'type');
  if (critical.text('type') !== type) throw critical.refuse(`type is not "${type}"`);
  const digest = critical.object('image').text('docker-manifest-digest');
  if (!isDigest(digest)) throw new HoldfastError(code, 'no digest of a manifest', { place });
  const reference = critical.optionalObject('identity')?.optionalText('docker-reference');
  const optional = fields.optionalObject('optional');
  return {
    digest,
    ...(reference === undefined || reference === '' ? {} : { reference }),
    annotations: optional === undefined ? {} : (fields.value('optional') as Readonly<Record<string, Json>>),
  };
}
