import type { Digest } from '../../oci/index.ts';

/** UTF-8 as text; any other name as its bytes in base64. */
export type Name = string | { readonly bytes: string };

/** Name, sha256 in unpadded base64url, size, mode (as a decimal number), layer, and the package that owns it, if one does. */
export type FileRow =
  | readonly [Name, string, number, number, number]
  | readonly [Name, string, number, number, number, number];

/** Path, target, layer. */
export type LinkRow = readonly [Name, Name, number];

export interface ManifestBase {
  /** `HOST/REPOSITORY:TAG`, where it is known. */
  readonly name?: string;
  readonly digest: Digest;
  /** How many layers are its. */
  readonly layers: number;
}

/**
 * Predicate of `https://holdfast.dev/attestation/file-manifest/v1`; its subject is the platform manifest. Every regular
 * file of the flattened image, sorted by path within its directory. `layer` counts from the base, 0 first.
 */
export interface FileManifest {
  /** `os/architecture`. */
  readonly platform: string;
  /** Uncompressed digests, base first. */
  readonly layers: readonly Digest[];
  /** Package URLs, sorted, each once. */
  readonly packages: readonly string[];
  /** The image it stands upon, known by its layers. */
  readonly base?: ManifestBase;
  readonly directories: readonly (readonly [Name, readonly FileRow[]])[];
  readonly links: readonly LinkRow[];
  /** How many things could not be read (broken package databases and the like): the SBOM names them. */
  readonly problems: number;
}
