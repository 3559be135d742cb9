import {
  formatSource,
  imageFrom,
  openRepository,
  parseSource,
  platformManifests,
  type RegistryOptions,
  type SourceReference,
} from '../../oci/index.ts';
import { buildPurl } from '../../purl/index.ts';
import type { BaseCandidate } from '../../seal/index.ts';

/** Every image that a `--base` names: an index names one a platform. @throws as `openRepository`, `imageFrom` */
export async function baseCandidates(
  names: readonly string[],
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<readonly BaseCandidate[]> {
  const found = await Promise.all(names.map((text) => candidatesOf(parseSource(text), options, signal)));
  return found.flat();
}

async function candidatesOf(
  source: SourceReference,
  options: RegistryOptions,
  signal: AbortSignal,
): Promise<readonly BaseCandidate[]> {
  await using repository = await openRepository(source, { ...options, signal });
  const target = await repository.resolve('reference' in source ? source.reference : undefined, signal);
  const candidates: BaseCandidate[] = [];
  for (const descriptor of await platformManifests(repository, target, signal)) {
    const platform = descriptor.platform === undefined ? {} : { platform: descriptor.platform };
    await using image = await imageFrom(repository, descriptor, { signal, ...platform });
    candidates.push({
      ...nameOf(source, descriptor.digest),
      manifest: descriptor.digest,
      diffIds: image.config.diffIds,
    });
  }
  return candidates;
}

function nameOf(source: SourceReference, digest: string): Pick<BaseCandidate, 'uri' | 'name'> {
  if (source.kind !== 'registry') {
    const name = formatSource(source)
      .replace(/[^a-zA-Z0-9.-]+/g, '-')
      .slice(-64);
    return { uri: buildPurl({ type: 'oci', name, version: digest }) };
  }
  const { host, repository, reference, tag = reference } = source;
  const short = repository.slice(repository.lastIndexOf('/') + 1);
  const tagged = tag.startsWith('sha256:') ? undefined : tag;
  const qualifiers = { repository_url: `${host}/${repository}`, tag: tagged };
  return {
    uri: buildPurl({ type: 'oci', name: short, version: digest, qualifiers }),
    name: `${host}/${repository}${tagged === undefined ? '' : `:${tagged}`}`,
  };
}
