import type { ImageContents } from '../contents/index.ts';
import { hexOf } from '../oci/index.ts';
import { buildPurl } from '../purl/index.ts';
import type { Bom, Component, Property } from './cyclonedx.ts';
import { packageComponents } from './package-components.ts';

export interface ImageBomOptions {
  /** The version of Holdfast, for `metadata.tools`. */
  readonly toolVersion: string;
  /** What people call the image, such as `registry.example/team/app:1.2`. Left out, the BOM only knows digests. */
  readonly name?: string;
  /** Where a component was found: the database or binary that names it, or every file it owns as well. */
  readonly occurrences?: 'locations' | 'files';
}

/** Problems are listed in the BOM up to this number, and counted beyond. */
const mostProblems = 200;

/**
 * The SBOM of an image: one component a package URL, and the operating system. It depends on the contents and the
 * options alone. What could not be read stands in `metadata.properties`, and makes the composition `incomplete`.
 */
export function imageBom(contents: ImageContents, options: ImageBomOptions): Bom {
  const image = imageComponent(contents, options.name);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'post-build' }],
      tools: { components: [toolComponent(options.toolVersion)] },
      component: image,
      properties: problemProperties(contents),
    },
    components: [...systemComponent(contents), ...packageComponents(contents, options.occurrences ?? 'locations')],
    compositions: [
      {
        aggregate: contents.problems.length === 0 ? 'unknown' : 'incomplete',
        assemblies: [image['bom-ref'] ?? 'image'],
      },
    ],
  };
}

/** Holdfast itself, as the tool that made a BOM. */
export function toolComponent(version: string): Component {
  return { type: 'application', name: 'holdfast', version };
}

/** The image a BOM is about: named by its platform manifest's digest, which is not the index's or the config's. */
export function imageComponent(
  contents: Pick<ImageContents, 'identity' | 'platform' | 'layers'>,
  name?: string,
): Component {
  const { identity, platform, layers } = contents;
  const properties: Property[] = [
    ...(['index', 'manifest', 'config'] as const).flatMap((kind) => {
      const digest = identity[kind];
      return digest === undefined ? [] : [{ name: `holdfast:image:${kind}` as const, value: digest }];
    }),
    { name: 'holdfast:image:platform', value: `${platform.os}/${platform.architecture}` },
    ...layers.map((layer, index) => ({ name: 'holdfast:image:layer' as const, value: `${index} ${layer.diffId}` })),
  ];
  const version = identity.manifest ?? identity.config;
  const purl = purlOfImage(contents, name);
  return {
    type: 'container',
    'bom-ref': 'image',
    name: name ?? 'image',
    ...(version === undefined ? {} : { version }),
    ...(purl === undefined ? {} : { purl }),
    ...(identity.manifest === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: hexOf(identity.manifest) }] }),
    properties,
  };
}

function purlOfImage(
  { identity, platform }: Pick<ImageContents, 'identity' | 'platform'>,
  name?: string,
): string | undefined {
  if (identity.manifest === undefined || name === undefined) return undefined;
  const match = /^((?:[^/@]+\/)*[^/:@]+)(?::([^/@]+))?(?:@.*)?$/.exec(name);
  const repository = match?.[1];
  if (repository === undefined) return undefined;
  return buildPurl({
    type: 'oci',
    name: repository.slice(repository.lastIndexOf('/') + 1),
    version: identity.manifest,
    qualifiers: {
      arch: platform.architecture,
      repository_url: repository.includes('/') ? repository : undefined,
      tag: match?.[2],
    },
  });
}

function systemComponent({ distribution }: ImageContents): readonly Component[] {
  if (distribution === undefined) return [];
  const { id, version, name } = distribution;
  return [
    {
      type: 'operating-system',
      'bom-ref': `os:${id}${version === undefined ? '' : `@${version}`}`,
      name: id,
      ...(version === undefined ? {} : { version }),
      ...(name === undefined ? {} : { description: name }),
    },
  ];
}

function problemProperties({ problems }: ImageContents): readonly Property[] {
  const listed = problems.slice(0, mostProblems).map(({ place, code, message }) => `${code} ${place}: ${message}`);
  const rest = problems.length - listed.length;
  return [...listed, ...(rest > 0 ? [`${rest} more`] : [])].map((value) => ({ name: 'holdfast:problem', value }));
}
