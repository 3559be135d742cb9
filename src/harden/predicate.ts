import type { Json } from '../attest/index.ts';
import type { Digest } from '../oci/index.ts';
import { type ExecutionProfile, profileDigest } from '../profile/index.ts';
import type { Amount, Cut, TestsOnResult } from './model.ts';

export interface Hardening {
  readonly cut: Cut;
  /** The image by its name, where it has one. */
  readonly name?: string;
  /** By which it was cut: of the base. */
  readonly profile: ExecutionProfile;
  readonly recipe: Digest;
  readonly tests: TestsOnResult;
  readonly toolVersion: string;
}

/** Packages that are named; the rest is counted. */
const namedPackages = 4096;

/**
 * Predicate of `https://holdfast.dev/attestation/hardening/v1` about the result's platform manifest: docs/harden.md has
 * every field. Bytes are those of regular files, uncompressed.
 */
export function hardeningPredicate({ cut, name, profile, recipe, tests, toolVersion }: Hardening): Json {
  const { base, before, after, removed } = cut;
  return {
    base: { ...(name === undefined ? {} : { name }), digest: base },
    intermediate: [],
    profile: profileDigest(profile),
    recipe,
    tests: { ...tests },
    removed: {
      packages: [...new Set(removed.map(({ purl }) => purl))].sort().slice(0, namedPackages),
      ...less(before, after),
    },
    kept: { packages: after.packages, files: after.files, bytes: after.bytes },
    tool: { name: 'holdfast', version: toolVersion },
  };
}

function less(before: Amount, after: Amount): { readonly files: number; readonly bytes: number } {
  return { files: before.files - after.files, bytes: before.bytes - after.bytes };
}
