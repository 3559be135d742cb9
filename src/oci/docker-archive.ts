import { HoldfastError } from '../errors/index.ts';
import type { Archive } from './archive.ts';
import { parseConfig } from './config.ts';
import { digestOf } from './digest.ts';
import type { LayeredSource } from './image.ts';
import { fieldsOf, parseJson, textOf, textsOf } from './json.ts';
import { type OciLimits, ociLimits } from './limits.ts';
import type { Platform } from './platform.ts';
import { requirePlatform } from './select.ts';

interface Saved {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * What `docker save` and `skopeo copy … docker-archive:` write (moby, image/spec/v1.2.md): `manifest.json` names a config
 * and layer tars. There is no manifest digest; layers are proven by their diffIds, the config by its name when that is one.
 * @throws HoldfastError `oci-malformed`, `oci-limit`, `not-found`, `source-ambiguous`, `digest-mismatch`, `platform-not-found`
 */
export async function imageInDockerArchive(
  archive: Archive,
  reference: string | undefined,
  options: { readonly signal: AbortSignal; readonly platform?: Platform; readonly limits?: OciLimits },
): Promise<LayeredSource> {
  const limits = options.limits ?? ociLimits;
  const place = `${archive.file}, manifest.json`;
  const bytes = await archive.readSmall('manifest.json', limits.manifestBytes, options.signal);
  if (bytes === undefined) {
    throw new HoldfastError('oci-malformed', 'no manifest.json in it: not a docker archive', { place: archive.file });
  }
  const saved = choose(parseSaved(bytes, place, limits), reference, place);
  const configBytes = await archive.readSmall(saved.config, limits.configBytes, options.signal);
  if (configBytes === undefined) throw new HoldfastError('blob-missing', `no ${saved.config} in it`, { place });
  const digest = digestOf(configBytes);
  const named = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(saved.config)?.[1];
  if (named !== undefined && digest !== `sha256:${named}`) {
    throw new HoldfastError('digest-mismatch', `the config has ${digest}`, {
      place: `${archive.file}, ${saved.config}`,
    });
  }
  const config = parseConfig(configBytes, `${archive.file}, ${saved.config}`, limits);
  requirePlatform(config, options.platform, archive.file);
  if (config.diffIds.length !== saved.layers.length) {
    throw new HoldfastError('oci-malformed', `${saved.layers.length} layers, but ${config.diffIds.length} diff_ids`, {
      place,
    });
  }
  const layers = config.diffIds.map((diffId, index) => {
    const name = saved.layers[index] ?? '';
    const member = archive.member(name);
    if (member === undefined) throw new HoldfastError('blob-missing', `no ${name} in it`, { place });
    return {
      diffId,
      size: member.size,
      place: `layer ${index}`,
      open: (signal: AbortSignal) => archive.read(member, signal),
    };
  });
  return {
    kind: 'layers',
    identity: { config: digest },
    config,
    layers,
    [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose](),
  };
}

function parseSaved(bytes: Uint8Array, place: string, limits: OciLimits): readonly Saved[] {
  const list = parseJson(bytes, place, limits.jsonDepth);
  if (!Array.isArray(list)) throw new HoldfastError('oci-malformed', 'not a list of images', { place });
  return list.map((value: unknown, index) => {
    const at = `${place}, image ${index}`;
    const fields = fieldsOf(value, at);
    const layers = textsOf(fields, 'Layers', at);
    if (layers.length > limits.layers)
      throw new HoldfastError('oci-limit', `more than ${limits.layers} layers`, { place: at });
    return { config: textOf(fields, 'Config', at), tags: textsOf(fields, 'RepoTags', at), layers };
  });
}

function choose(images: readonly Saved[], reference: string | undefined, place: string): Saved {
  // `docker save nginx` writes nginx:latest; people may leave out the registry and the tag.
  const wanted = (tag: string): boolean =>
    reference === undefined ||
    [reference, `${reference}:latest`].some((name) =>
      [name, `docker.io/${name}`, `docker.io/library/${name}`].includes(tag),
    );
  const found = images.filter((image) => reference === undefined || image.tags.some(wanted));
  const [first] = found;
  if (first === undefined)
    throw new HoldfastError('not-found', `no image is named ${JSON.stringify(reference ?? '')}`, { place });
  if (found.length > 1) {
    const names = found.map((image) => image.tags[0] ?? 'untagged').slice(0, 10);
    throw new HoldfastError('source-ambiguous', `${found.length} images: ${names.join(', ')}`, { place });
  }
  return first;
}
