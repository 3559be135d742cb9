/**
 * A package URL taken apart, in canonical form: types and keys in lower case, the type's own
 * rules applied, empty parts absent, qualifiers sorted by key (code units). ECMA-427, "Components".
 */
export interface Purl {
  readonly type: string;
  /** Segments joined by `/`, decoded. */
  readonly namespace?: string;
  readonly name: string;
  readonly version?: string;
  readonly qualifiers: Readonly<Record<string, string>>;
  /** Segments joined by `/`, decoded; relative to the package's root. */
  readonly subpath?: string;
}

/** What a builder hands in: any case, empty or missing parts alike. */
export interface PurlParts {
  readonly type: string | null | undefined;
  readonly namespace?: string | null | undefined;
  readonly name: string | null | undefined;
  readonly version?: string | null | undefined;
  readonly qualifiers?: Readonly<Record<string, string | null | undefined>> | null | undefined;
  readonly subpath?: string | null | undefined;
}
