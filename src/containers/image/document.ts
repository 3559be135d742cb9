import { type Digest, isDigest } from '../../oci/index.ts';

/** What a content-addressed JSON document of an image is, told by its fields and never by a media type alone. */
export type ImageDocument =
  | { readonly kind: 'index'; readonly entries: readonly IndexEntry[] }
  | { readonly kind: 'manifest'; readonly config: Digest; readonly layers: readonly Digest[] }
  | { readonly kind: 'config'; readonly platform: Platform; readonly diffIds: readonly Digest[] };

export interface IndexEntry {
  readonly digest: Digest;
  readonly platform?: Platform;
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

/** An index, manifest or config is read up to here: what registries take (OCI distribution-spec, "Pushing Manifests"). */
export const documentLimit = 4 << 20;

/** Of an index document: entries. Of a manifest: layers. More is no image. */
const maxEntries = 1000;

/** Undefined = none of the three (OCI image-spec: image-index.md, manifest.md, config.md), or of two at once. */
export function parseImageDocument(bytes: Uint8Array): ImageDocument | undefined {
  const document = record(parseJson(bytes));
  if (document === undefined) return undefined;
  const kinds = [
    document['manifests'] !== undefined,
    document['layers'] !== undefined,
    document['rootfs'] !== undefined,
  ];
  if (kinds.filter(Boolean).length !== 1) return undefined;
  return indexOf(document) ?? manifestOf(document) ?? configOf(document);
}

function indexOf(document: JsonRecord): ImageDocument | undefined {
  const entries = list(document['manifests'])?.map((one) => {
    const entry = record(one);
    const digest = entry?.['digest'];
    if (typeof digest !== 'string' || !isDigest(digest)) return undefined;
    const platform = platformOf(record(entry?.['platform']));
    return platform === undefined ? { digest } : { digest, platform };
  });
  return entries?.every((entry) => entry !== undefined) === true ? { kind: 'index', entries } : undefined;
}

function manifestOf(document: JsonRecord): ImageDocument | undefined {
  const config = record(document['config'])?.['digest'];
  const layers = digests(list(document['layers'])?.map((layer) => record(layer)?.['digest']));
  if (typeof config !== 'string' || !isDigest(config) || layers === undefined) return undefined;
  return { kind: 'manifest', config, layers };
}

function configOf(document: JsonRecord): ImageDocument | undefined {
  const diffIds = digests(list(record(document['rootfs'])?.['diff_ids']));
  const platform = platformOf(document);
  return diffIds === undefined || platform === undefined ? undefined : { kind: 'config', platform, diffIds };
}

function platformOf(value: JsonRecord | undefined): Platform | undefined {
  const { os, architecture, variant } = value ?? {};
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  return typeof variant === 'string' && variant !== '' ? { os, architecture, variant } : { os, architecture };
}

type JsonRecord = Readonly<Record<string, unknown>>;

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function record(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length <= maxEntries ? value : undefined;
}

function digests(values: readonly unknown[] | undefined): readonly Digest[] | undefined {
  const all = values?.filter((value) => typeof value === 'string').filter(isDigest);
  return all !== undefined && all.length === values?.length ? all : undefined;
}
