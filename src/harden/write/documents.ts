import { HoldfastError } from '../../errors/index.ts';
import { readStrictJson } from '../../json/index.ts';
import { type Digest, digestOf, lookAlikeKey, ociLimits } from '../../oci/index.ts';
import type { WrittenLayer } from './layer.ts';

type Fields = Readonly<Record<string, unknown>>;
type Texts = Readonly<Record<string, string>>;

export const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const configType = 'application/vnd.oci.image.config.v1+json';
const layerType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/**
 * The config of the new image: the old one's with one layer and one entry of history, and labels laid over its own.
 * What Holdfast does not know stays as it is. @throws HoldfastError `oci-malformed`, `oci-limit`
 */
export function hardenedConfig(
  old: Uint8Array,
  { diffId, labels, comment }: { readonly diffId: Digest; readonly labels: Texts; readonly comment: string },
): Uint8Array {
  const fields = configFields(old);
  exact(fields, ['created', 'config', 'rootfs', 'history']);
  const run = fields['config'] === undefined || fields['config'] === null ? {} : fieldsOf(fields['config'], 'config');
  exact(run, ['Labels']);
  const before = run['Labels'] === undefined || run['Labels'] === null ? {} : fieldsOf(run['Labels'], 'config.Labels');
  const merged = { ...before, ...labels };
  const labelled = Object.keys(labels).length === 0 ? {} : { config: { ...run, Labels: sorted(merged) } };
  const { created } = fields;
  const bytes = json({
    ...fields,
    ...labelled,
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ ...(typeof created === 'string' ? { created } : {}), created_by: 'holdfast harden', comment }],
  });
  if (bytes.length > ociLimits.configBytes) throw new HoldfastError('oci-limit', `a config of ${bytes.length} bytes`);
  return bytes;
}

/** When the image was made, in seconds since 1970; 0 where its config does not say. */
export function createdSeconds(created: string | undefined): number {
  const seconds = Math.floor(Date.parse(created ?? '') / 1000);
  return seconds > 0 ? seconds : 0;
}

export function hardenedManifest(config: Uint8Array, layer: WrittenLayer, annotations: Texts): Uint8Array {
  return json({
    schemaVersion: 2,
    mediaType: manifestType,
    config: { mediaType: configType, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: layerType, digest: layer.digest, size: layer.size }],
    ...(Object.keys(annotations).length === 0 ? {} : { annotations: sorted(annotations) }),
  });
}

function configFields(bytes: Uint8Array): Fields {
  const value = readStrictJson(bytes, ociLimits.jsonDepth, (fault) => {
    const code = fault.kind === 'too-deep' ? 'oci-limit' : 'oci-malformed';
    return new HoldfastError(code, fault.message, { place: 'config' });
  });
  return fieldsOf(value, 'config');
}

function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new HoldfastError('oci-malformed', 'not a JSON object', { place });
}

/** Who reads `RootFS` as `rootfs` would run other layers than these. */
function exact(fields: Fields, known: readonly string[]): void {
  const other = lookAlikeKey(fields, known);
  if (other === undefined) return;
  const message = `the key ${JSON.stringify(other)} is read differently by others`;
  throw new HoldfastError('oci-malformed', message, { place: 'config' });
}

function sorted(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
