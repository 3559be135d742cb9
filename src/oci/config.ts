import { HoldfastError } from '../errors/index.ts';
import { type Digest, parseDigest } from './digest.ts';
import { type Fields, fieldsOf, optionalTextOf, parseJsonObject, textMapOf, textsOf } from './json.ts';
import { type OciLimits, ociLimits } from './limits.ts';
import { type Platform, platformIn } from './platform.ts';

/** What an image's config says (OCI image-spec 1.1, config.md): what it runs, on what, and its layers' uncompressed digests. */
export interface ImageConfig {
  readonly platform: Platform;
  readonly diffIds: readonly Digest[];
  readonly created?: string;
  readonly user?: string;
  readonly workingDir?: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly environment: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

/** @throws HoldfastError `oci-malformed`, `oci-limit`, `digest-malformed` */
export function parseConfig(bytes: Uint8Array, place: string, limits: OciLimits = ociLimits): ImageConfig {
  const fields = parseJsonObject(bytes, place, limits.jsonDepth);
  const platform = platformIn(fields, place);
  if (platform === undefined) throw new HoldfastError('oci-malformed', 'os or architecture is missing', { place });
  const rootfs = fieldsOf(fields['rootfs'], `${place}, rootfs`);
  if (rootfs['type'] !== 'layers') throw new HoldfastError('oci-malformed', 'rootfs is not made of layers', { place });
  const diffIds = textsOf(rootfs, 'diff_ids', `${place}, rootfs`);
  if (diffIds.length > limits.layers)
    throw new HoldfastError('oci-limit', `more than ${limits.layers} diff_ids`, { place });
  const run: Fields =
    fields['config'] === undefined || fields['config'] === null ? {} : fieldsOf(fields['config'], place);
  const created = optionalTextOf(fields, 'created', place);
  const user = optionalTextOf(run, 'User', place);
  const workingDir = optionalTextOf(run, 'WorkingDir', place);
  return {
    platform,
    diffIds: diffIds.map((text, index) => parseDigest(text, `${place}, diff_ids[${index}]`)),
    ...(created === undefined ? {} : { created }),
    ...(user === undefined ? {} : { user }),
    ...(workingDir === undefined ? {} : { workingDir }),
    entrypoint: textsOf(run, 'Entrypoint', place),
    command: textsOf(run, 'Cmd', place),
    environment: textsOf(run, 'Env', place),
    labels: textMapOf(run, 'Labels', place),
  };
}
