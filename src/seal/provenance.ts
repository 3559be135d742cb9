import type { Json } from '../attest/index.ts';
import { type Digest, hexOf } from '../oci/index.ts';
import type { BaseImage } from './base.ts';
import type { Origin } from './origin.ts';

/**
 * What a build took in. Holdfast seals what was built and did not build it, so it says just what it knows: who ran it, from
 * which source, upon which base.
 */
export const buildType = 'https://holdfast.dev/build/seal/v1';

export interface ProvenanceInput {
  readonly origin: Origin;
  readonly base?: BaseImage;
  /** Further inputs by their URI. */
  readonly materials: readonly Material[];
  readonly toolVersion: string;
}

export interface Material {
  readonly uri: string;
  readonly digest?: Digest;
}

/** SLSA provenance v1 (slsa.dev/spec/v1.0/provenance). The same build gives the same bytes: no times but those of the run. */
export function provenance({ origin, base, materials, toolVersion }: ProvenanceInput): Json {
  const { builder, invocation, source, parameters } = origin;
  const gitCommit = source?.commit;
  const dependencies: Json[] = [
    ...(source === undefined
      ? []
      : [{ name: 'source', uri: source.uri, ...(gitCommit === undefined ? {} : { digest: { gitCommit } }) }]),
    ...(base === undefined
      ? []
      : [
          {
            name: 'base',
            uri: base.uri,
            digest: { sha256: hexOf(base.manifest) },
            annotations: { layers: base.layers },
          },
        ]),
    ...materials.map(({ uri, digest }) => ({
      uri,
      ...(digest === undefined ? {} : { digest: { sha256: hexOf(digest) } }),
    })),
  ];
  return {
    buildDefinition: {
      buildType,
      externalParameters: {
        ...parameters,
        ...(source === undefined ? {} : { source: source.uri }),
        ...(base === undefined ? {} : { base: base.uri }),
      },
      internalParameters: {},
      resolvedDependencies: dependencies,
    },
    runDetails: {
      builder: { id: builder, version: { holdfast: toolVersion } },
      ...(invocation === undefined ? {} : { metadata: { invocationId: invocation } }),
    },
  };
}
