/** SPDX 2.3 in JSON as far as Holdfast writes it. Field names and values are the standard's own (spdx/spdx-spec v2.3, JSON schema). */
export interface SpdxDocument {
  readonly spdxVersion: 'SPDX-2.3';
  readonly dataLicense: 'CC0-1.0';
  readonly SPDXID: 'SPDXRef-DOCUMENT';
  readonly name: string;
  /** A URI that no other document has. */
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[]; readonly comment?: string };
  readonly packages: readonly SpdxPackage[];
  readonly hasExtractedLicensingInfos?: readonly ExtractedLicense[];
  readonly relationships: readonly SpdxRelationship[];
}

export type SpdxId = `SPDXRef-${string}`;

export interface SpdxPackage {
  readonly SPDXID: SpdxId;
  readonly name: string;
  readonly versionInfo?: string;
  readonly downloadLocation: 'NOASSERTION';
  readonly filesAnalyzed: false;
  readonly licenseConcluded: 'NOASSERTION';
  /** An SPDX licence expression, or NOASSERTION. */
  readonly licenseDeclared: string;
  readonly copyrightText: 'NOASSERTION';
  readonly primaryPackagePurpose?: 'APPLICATION' | 'CONTAINER' | 'LIBRARY' | 'OPERATING-SYSTEM';
  readonly sourceInfo?: string;
  readonly checksums?: readonly { readonly algorithm: 'SHA256'; readonly checksumValue: string }[];
  readonly externalRefs?: readonly {
    readonly referenceCategory: 'PACKAGE-MANAGER';
    readonly referenceType: 'purl';
    readonly referenceLocator: string;
  }[];
}

/** A licence that is not on SPDX's list, as the package itself names it. */
export interface ExtractedLicense {
  readonly licenseId: `LicenseRef-${string}`;
  readonly name: string;
  readonly extractedText: string;
}

export interface SpdxRelationship {
  readonly spdxElementId: SpdxId;
  readonly relationshipType: 'CONTAINS' | 'DESCRIBES';
  readonly relatedSpdxElement: SpdxId;
}
