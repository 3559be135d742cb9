/** The predicate types that Holdfast makes or reads, by the short names of `--type`. */
export const predicateTypes = {
  sign: 'https://sigstore.dev/cosign/sign/v1',
  cyclonedx: 'https://cyclonedx.org/bom',
  spdx: 'https://spdx.dev/Document',
  slsaprovenance1: 'https://slsa.dev/provenance/v1',
  slsaprovenance02: 'https://slsa.dev/provenance/v0.2',
  vulns: 'https://in-toto.io/attestation/vulns/v0.2',
  vuln: 'https://cosign.sigstore.dev/attestation/vuln/v1',
  openvex: 'https://openvex.dev/ns/v0.2.0',
  link: 'https://in-toto.io/Link/v1',
  'file-manifest': 'https://holdfast.dev/attestation/file-manifest/v1',
  profile: 'https://holdfast.dev/attestation/profile/v1',
  hardening: 'https://holdfast.dev/attestation/hardening/v1',
  recipe: 'https://holdfast.dev/attestation/recipe/v1',
  exception: 'https://holdfast.dev/attestation/exception/v1',
} as const;

export type PredicateName = keyof typeof predicateTypes;

/** A short name's URI, or a URI as it stands; undefined = neither. */
export function predicateTypeOf(name: string): string | undefined {
  if (Object.hasOwn(predicateTypes, name)) return predicateTypes[name as PredicateName];
  return /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(name) ? name : undefined;
}

/** Custom predicates of Holdfast's own: `https://holdfast.dev/attestation/NAME/v1`. */
export function holdfastPredicateType(name: string): string {
  return `https://holdfast.dev/attestation/${name}/v1`;
}
