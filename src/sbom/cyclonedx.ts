/**
 * CycloneDX 1.6 as far as Holdfast writes it: SBOMs of images and Runtime BOMs. Field names and values are the
 * standard's own (`bom-1.6.schema.json`); paths are absolute within the image.
 */
export interface Bom {
  readonly $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json';
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  /** `urn:uuid:…`; set by `writeBom`, from the content. */
  readonly serialNumber?: string;
  readonly version: number;
  readonly metadata: BomMetadata;
  readonly components: readonly Component[];
  readonly dependencies?: readonly Dependency[];
  readonly compositions?: readonly Composition[];
  readonly properties?: readonly Property[];
}

export interface BomMetadata {
  /** RFC 3339 UTC. Left out of an SBOM, which is the same whenever it is made. */
  readonly timestamp?: string;
  readonly lifecycles: readonly { readonly phase: Phase }[];
  readonly tools: { readonly components: readonly Component[] };
  /** What the BOM is about. */
  readonly component: Component;
  readonly properties?: readonly Property[];
}

export type Phase = 'design' | 'pre-build' | 'build' | 'post-build' | 'operations' | 'discovery' | 'decommission';

export interface Component {
  readonly type: 'application' | 'container' | 'file' | 'library' | 'operating-system';
  /** Unique within the BOM. */
  readonly 'bom-ref'?: string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly hashes?: readonly Hash[];
  readonly licenses?: readonly License[];
  readonly purl?: string;
  readonly components?: readonly Component[];
  readonly evidence?: Evidence;
  readonly properties?: readonly Property[];
}

export interface Hash {
  readonly alg: 'SHA-256' | 'SHA-512';
  /** Lower-case hex digits. */
  readonly content: string;
}

export type License = { readonly license: { readonly id: string } | { readonly name: string } };

export interface Evidence {
  readonly identity?: readonly IdentityEvidence[];
  readonly occurrences?: readonly Occurrence[];
}

export interface IdentityEvidence {
  readonly field: 'purl' | 'name' | 'version' | 'hash';
  /** 0 to 1. */
  readonly confidence: number;
  readonly concludedValue?: string;
  readonly methods: readonly {
    readonly technique:
      | 'manifest-analysis'
      | 'binary-analysis'
      | 'hash-comparison'
      | 'instrumentation'
      | 'filename'
      | 'other';
    readonly confidence: number;
    readonly value: string;
  }[];
}

export interface Occurrence {
  readonly 'bom-ref'?: string;
  readonly location: string;
  /** `sha256:` and the digest, where the occurrence is a file. */
  readonly additionalContext?: string;
}

export interface Dependency {
  readonly ref: string;
  readonly dependsOn?: readonly string[];
}

export interface Composition {
  readonly aggregate: 'complete' | 'incomplete' | 'unknown';
  readonly assemblies?: readonly string[];
}

/** Names are in the `holdfast:` namespace; one name may stand several times. */
export interface Property {
  readonly name: `holdfast:${string}`;
  readonly value: string;
}
