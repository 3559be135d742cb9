import { type Json, newStatement, predicateTypes, type Statement } from '../attest/index.ts';
import { fileManifest, type ImageContents, type ManifestBase } from '../contents/index.ts';
import { type Digest, hexOf } from '../oci/index.ts';
import { type SbomFormat, sbomFormats } from '../sbom/index.ts';
import type { BaseImage } from './base.ts';

export interface PartStatement {
  /** What people call it: `CycloneDX SBOM`, `file manifest`, … */
  readonly part: string;
  readonly statement: Statement;
}

export interface ContentsStatements {
  readonly sboms: readonly SbomFormat[];
  readonly toolVersion: string;
  readonly name?: string;
  readonly base?: BaseImage;
}

/** What an image holds, said of its platform manifest: an index holds nothing itself. */
export function contentsStatements(
  image: Digest,
  contents: ImageContents,
  { sboms, toolVersion, name, base }: ContentsStatements,
): readonly PartStatement[] {
  const options = { toolVersion, ...(name === undefined ? {} : { name }) };
  const boms = sboms.map((format): PartStatement => {
    const cyclonedx = format === 'cyclonedx';
    const predicate = JSON.parse(sbomFormats[format](contents, options)) as Json;
    const type = predicateTypes[format];
    return { part: cyclonedx ? 'CycloneDX SBOM' : 'SPDX SBOM', statement: about(image, type, predicate) };
  });
  const files = fileManifest(contents, base && manifestBase(base)) as unknown as Json;
  return [...boms, { part: 'file manifest', statement: about(image, predicateTypes['file-manifest'], files) }];
}

function manifestBase({ name, manifest, layers }: BaseImage): ManifestBase {
  return { ...(name === undefined ? {} : { name }), digest: manifest, layers };
}

/** The image signature as cosign 3 writes it, so that `cosign verify` takes it. */
export function imageSignature(image: Digest, annotations: Readonly<Record<string, string>> = {}): Statement {
  const annotated = Object.keys(annotations).length === 0 ? {} : { annotations };
  return newStatement({
    subjects: [{ digest: { sha256: hexOf(image) }, ...annotated }],
    predicateType: predicateTypes.sign,
    predicate: {},
  });
}

/** A statement about one manifest. */
export function about(image: Digest, predicateType: string, predicate: Json): Statement {
  return newStatement({ subjects: [{ digest: { sha256: hexOf(image) } }], predicateType, predicate });
}
