import { type Json, predicateTypes } from '../../attest/index.ts';
import { fieldOf, listAt, textAt, timeAt } from './fields.ts';

export type BomFormat = 'cyclonedx' | 'spdx';

/** Which kind of SBOM a predicate type stands for; a version may follow (`https://cyclonedx.org/bom/v1.6`). */
export function bomFormat(predicateType: string): BomFormat | undefined {
  for (const format of ['cyclonedx', 'spdx'] as const) {
    const type = predicateTypes[format];
    if (predicateType === type || (predicateType.startsWith(`${type}/v`) && /\/v[0-9.]+$/.test(predicateType))) {
      return format;
    }
  }
  return undefined;
}

/** Whether it is a BOM at all, by what its specification makes mandatory. */
export function isBom(format: BomFormat, predicate: Json): boolean {
  return format === 'cyclonedx'
    ? textAt(predicate, 'bomFormat') === 'CycloneDX' && textAt(predicate, 'specVersion') !== undefined
    : textAt(predicate, 'spdxVersion') !== undefined && textAt(predicate, 'SPDXID') !== undefined;
}

export function bomTime(format: BomFormat, predicate: Json): number | undefined {
  return format === 'cyclonedx'
    ? timeAt(predicate, 'metadata', 'timestamp')
    : timeAt(predicate, 'creationInfo', 'created');
}

/** The sha256 digests that the BOM itself gives to what it is about. Most say nothing. */
export function bomDigests(format: BomFormat, predicate: Json): readonly string[] {
  const texts = format === 'cyclonedx' ? cycloneDxNames(predicate) : spdxNames(predicate);
  return [
    ...new Set(texts.flatMap((text) => /sha256(?::|%3A)([0-9a-f]{64})(?![0-9a-f])/i.exec(text)?.[1] ?? [])),
  ].sort();
}

function cycloneDxNames(predicate: Json): readonly string[] {
  const component = fieldOf(predicate, 'metadata', 'component');
  return [textAt(component, 'version'), textAt(component, 'purl')].filter((text) => text !== undefined);
}

/** The package that the document describes: of documentDescribes, or of the DESCRIBES relationship of the document. */
function spdxNames(predicate: Json): readonly string[] {
  const described = new Set([
    ...(listAt(predicate, 'documentDescribes') ?? []),
    ...(listAt(predicate, 'relationships') ?? [])
      .filter(
        (one) => textAt(one, 'relationshipType') === 'DESCRIBES' && textAt(one, 'spdxElementId') === 'SPDXRef-DOCUMENT',
      )
      .map((one) => textAt(one, 'relatedSpdxElement') ?? ''),
  ]);
  return (listAt(predicate, 'packages') ?? [])
    .filter((one) => described.has(textAt(one, 'SPDXID') ?? ' '))
    .flatMap((one) => [
      textAt(one, 'versionInfo'),
      ...(listAt(one, 'externalRefs') ?? []).map((reference) => textAt(reference, 'referenceLocator')),
    ])
    .filter((text) => text !== undefined);
}
