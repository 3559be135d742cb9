import { createHash } from 'node:crypto';
import type { ImageContents } from '../contents/index.ts';
import type { Component, License } from './cyclonedx.ts';
import { type ImageBomOptions, imageBom } from './image-bom.ts';
import type { ExtractedLicense, SpdxDocument, SpdxId, SpdxPackage } from './spdx.ts';
import { documentUuid, sorted } from './write.ts';

/** SPDX asks when a document was made; it is made from the image alone, so it is as old as the image. */
const unknownTime = '1970-01-01T00:00:00Z';

/** The same components as the CycloneDX of the image, as SPDX 2.3. The same image gives the same bytes. */
export function writeImageSpdx(contents: ImageContents, options: ImageBomOptions): string {
  const document = imageSpdx(contents, options);
  const { documentNamespace: _, ...content } = document;
  const documentNamespace = `https://holdfast.dev/spdx/${documentUuid(content)}`;
  return `${sorted({ ...document, documentNamespace })}\n`;
}

function imageSpdx(contents: ImageContents, options: ImageBomOptions): SpdxDocument {
  const bom = imageBom(contents, { ...options, occurrences: 'locations' });
  const licenses = new Map<string, ExtractedLicense>();
  const image = packageOf(bom.metadata.component, 'SPDXRef-Image', licenses);
  const packages = bom.components.map((component) => packageOf(component, idOf(component), licenses));
  const problems = bom.metadata.properties?.map((one) => one.value) ?? [];
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: image.name,
    documentNamespace: '',
    creationInfo: {
      created: secondsOf(contents.created) ?? unknownTime,
      creators: [`Tool: holdfast-${options.toolVersion}`],
      ...(problems.length === 0 ? {} : { comment: `could not be read: ${problems.join('; ')}` }),
    },
    packages: [image, ...packages],
    ...(licenses.size === 0
      ? {}
      : {
          hasExtractedLicensingInfos: [...licenses.values()].sort((a, b) => (a.licenseId < b.licenseId ? -1 : 1)),
        }),
    relationships: [
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: image.SPDXID },
      ...packages.map((one) => ({
        spdxElementId: image.SPDXID,
        relationshipType: 'CONTAINS' as const,
        relatedSpdxElement: one.SPDXID,
      })),
    ],
  };
}

function packageOf(component: Component, id: SpdxId, licenses: Map<string, ExtractedLicense>): SpdxPackage {
  const { name, group, version, purl, hashes } = component;
  const source = ['name', 'version'].flatMap(
    (part) => component.properties?.find((one) => one.name === `holdfast:source:${part}`)?.value ?? [],
  );
  const purposes = {
    application: 'APPLICATION',
    container: 'CONTAINER',
    library: 'LIBRARY',
    'operating-system': 'OPERATING-SYSTEM',
  } as const;
  return {
    SPDXID: id,
    name: group === undefined ? name : `${group}/${name}`,
    ...(version === undefined || version === '' ? {} : { versionInfo: version }),
    downloadLocation: 'NOASSERTION',
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    licenseDeclared: expressionOf(component.licenses ?? [], licenses),
    copyrightText: 'NOASSERTION',
    ...(component.type === 'file' ? {} : { primaryPackagePurpose: purposes[component.type] }),
    ...(source.length === 0 ? {} : { sourceInfo: `built from source package: ${source.join(' ')}` }),
    ...(hashes === undefined
      ? {}
      : { checksums: hashes.map(({ content }) => ({ algorithm: 'SHA256' as const, checksumValue: content })) }),
    ...(purl === undefined
      ? {}
      : {
          externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
        }),
  };
}

/** All that are named; whether all or one of them apply is not known, so that none is left out. */
function expressionOf(licenses: readonly License[], extracted: Map<string, ExtractedLicense>): string {
  const terms = licenses.map(({ license }) => {
    if ('id' in license) return license.id;
    const licenseId = `LicenseRef-${short(license.name)}` as const;
    extracted.set(licenseId, { licenseId, name: license.name.slice(0, 200), extractedText: license.name });
    return licenseId;
  });
  return terms.length === 0 ? 'NOASSERTION' : terms.join(' AND ');
}

function idOf(component: Component): SpdxId {
  return `SPDXRef-Package-${short(component['bom-ref'] ?? component.name)}`;
}

/** SPDX ids take letters, digits, `.` and `-` only. */
function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

/** SPDX takes no fractions of seconds. */
function secondsOf(time: string | undefined): string | undefined {
  const millis = time === undefined ? Number.NaN : Date.parse(time);
  return Number.isFinite(millis) ? new Date(millis).toISOString().replace(/\.\d+Z$/, 'Z') : undefined;
}
