import type { TrustedKey } from '../../attest/index.ts';
import { predicateTypeOf, predicateTypes } from '../../attest/index.ts';
import { canonicalJson } from '../../ledger/index.ts';
import { type Digest, digestOf } from '../../oci/index.ts';
import { type Condition, compileCondition } from '../cel/condition.ts';
import type { DocumentPath } from '../document/source-text.ts';
import { type ImagePattern, parseImagePattern } from '../images/pattern.ts';
import { apiVersion } from '../schema/fields.ts';
import type { ConditionFields, TrustPolicy, TrustPolicySpec } from '../schema/trust-policy.ts';
import type { Authority } from '../trust/authority.ts';
import { compileAuthority, type KeyText, matcher } from './authority.ts';
import { oneOf, type PlaceOf, refuse } from './faults.ts';

/** A condition with what is said when it does not hold. */
export interface NamedCondition {
  readonly run: Condition;
  readonly message: string;
}

export type TextMatcher = (text: string) => boolean;

/** A TrustPolicy with its keys read, its names resolved and its expressions compiled: nothing in it can fail to load any more. */
export interface CompiledPolicy {
  readonly name: string;
  /** sha256 over the canonical JSON of name and spec, keys in files included: two policies with one digest decide alike. */
  readonly digest: Digest;
  readonly spec: TrustPolicySpec;
  readonly images: readonly ImagePattern[];
  readonly baseImages: readonly ImagePattern[];
  readonly authorities: ReadonlyMap<string, Authority>;
  /** Every key that it trusts for anything: what a verifier of signatures is given. */
  readonly trustedKeys: readonly TrustedKey[];
  readonly attestations: readonly { readonly type: string; readonly conditions: readonly NamedCondition[] }[];
  readonly provenance: {
    readonly builders: readonly TextMatcher[];
    readonly sources: readonly TextMatcher[];
    readonly conditions: readonly NamedCondition[];
  };
  readonly sbom: { readonly conditions: readonly NamedCondition[] };
}

export interface CompileOptions {
  readonly place?: PlaceOf;
  readonly keyText?: KeyText;
}

const noPlace: PlaceOf = (path) => path.join('.');

/**
 * @throws HoldfastError `policy-malformed` (names that are not there, fields that exclude one another), `policy-expression`,
 * `policy-unreadable`, `key-malformed`, `key-unsupported`
 */
export function compilePolicy(
  policy: TrustPolicy,
  { place = noPlace, keyText = () => undefined }: CompileOptions = {},
): CompiledPolicy {
  const { spec } = policy;
  const at: DocumentPath = ['spec'];
  const authorities = compileAuthorities(spec, place, keyText);
  checkNames(spec, authorities, place);
  if ((spec.signature === undefined) === !spec.allowUnsigned) {
    throw refuse(place, at, 'spec has to have either signature or allowUnsigned: true');
  }
  if (spec.rollBack?.tolerance !== undefined && !spec.rollBack.monotone) {
    throw refuse(place, [...at, 'rollBack', 'tolerance'], 'tolerance is only of use with monotone: true');
  }
  const attestations = spec.attestations.map(({ predicateType, conditions }, index) => {
    const path = [...at, 'attestations', index];
    return {
      type: typeOf(predicateType, [...path, 'predicateType'], place),
      conditions: compileConditions(conditions, path, place),
    };
  });
  return {
    name: policy.metadata.name,
    digest: digestOfPolicy(policy, keyText),
    spec,
    images: patterns(spec.images, [...at, 'images'], place),
    baseImages: patterns(spec.baseImages?.images ?? [], [...at, 'baseImages', 'images'], place),
    authorities,
    trustedKeys: uniqueKeys(authorities),
    attestations,
    provenance: compileProvenance(spec, place),
    sbom: { conditions: compileConditions(spec.sbom?.conditions ?? [], [...at, 'sbom'], place) },
  };
}

function compileAuthorities(spec: TrustPolicySpec, place: PlaceOf, keyText: KeyText): ReadonlyMap<string, Authority> {
  const authorities = new Map<string, Authority>();
  spec.authorities.forEach((fields, index) => {
    const path = ['spec', 'authorities', index];
    if (authorities.has(fields.name))
      throw refuse(place, [...path, 'name'], 'an authority of this name stands here already');
    authorities.set(fields.name, compileAuthority(fields, path, place, keyText));
  });
  return authorities;
}

/** Every authority that is named is there; where none is named there is at least one. */
function checkNames(spec: TrustPolicySpec, authorities: ReadonlyMap<string, Authority>, place: PlaceOf): void {
  const demands: readonly (readonly [DocumentPath, readonly string[] | undefined])[] = [
    ...(['signature', 'provenance', 'sbom', 'vulnerabilities', 'baseImages', 'exceptions'] as const).flatMap((field) =>
      spec[field] === undefined ? [] : [[['spec', field], spec[field].authorities] as const],
    ),
    ...spec.attestations.map(({ authorities: names }, index) => [['spec', 'attestations', index], names] as const),
  ];
  for (const [path, names] of demands) {
    if (names === undefined && authorities.size === 0)
      throw refuse(place, path, 'spec.authorities is empty, so nobody could sign it');
    names?.forEach((name, index) => {
      if (authorities.has(name)) return;
      const known = [...authorities.keys()].join(', ');
      throw refuse(
        place,
        [...path, 'authorities', index],
        `no authority ${name}; there are: ${known === '' ? 'none' : known}`,
      );
    });
  }
  if (authorities.size === 0 && (spec.profile === 'required' || spec.hardened === 'required')) {
    throw refuse(place, ['spec'], 'spec.authorities is empty, so nobody could sign profile or hardening');
  }
  spec.attestations.forEach(({ name }, index) => {
    if (spec.attestations.findIndex((other) => other.name === name) === index) return;
    throw refuse(place, ['spec', 'attestations', index, 'name'], 'an attestation of this name stands here already');
  });
}

function typeOf(text: string, path: DocumentPath, place: PlaceOf): string {
  const type = predicateTypeOf(text);
  if (type === undefined) throw refuse(place, path, `not a URI, nor one of ${Object.keys(predicateTypes).join(', ')}`);
  if (type === predicateTypes.sign) throw refuse(place, path, 'an image signature is asked for by spec.signature');
  return type;
}

function patterns(texts: readonly string[], path: DocumentPath, place: PlaceOf): readonly ImagePattern[] {
  return texts.map((text, index) => {
    const result = parseImagePattern(text);
    if ('pattern' in result) return result.pattern;
    throw refuse(place, [...path, index], result.fault);
  });
}

function compileConditions(
  conditions: readonly ConditionFields[],
  path: DocumentPath,
  place: PlaceOf,
): readonly NamedCondition[] {
  return conditions.map(({ cel, message }, index) => {
    try {
      return { run: compileCondition(cel), message: message ?? cel };
    } catch (cause) {
      throw refuse(
        place,
        [...path, 'conditions', index, 'cel'],
        `not a CEL expression: ${(cause as Error).message}`,
        'policy-expression',
      );
    }
  });
}

function compileProvenance({ provenance }: TrustPolicySpec, place: PlaceOf): CompiledPolicy['provenance'] {
  const path = ['spec', 'provenance'];
  const builders = (provenance?.builders ?? []).map((builder, index) => {
    oneOf(place, [...path, 'builders', index], builder, ['id', 'idRegExp']);
    return matcher(builder.id, builder.idRegExp, [...path, 'builders', index, 'idRegExp'], place);
  });
  const sources = (provenance?.sources ?? []).map((source, index) => {
    oneOf(place, [...path, 'sources', index], source, ['uri', 'uriRegExp']);
    return matcher(source.uri, source.uriRegExp, [...path, 'sources', index, 'uriRegExp'], place);
  });
  return { builders, sources, conditions: compileConditions(provenance?.conditions ?? [], path, place) };
}

function uniqueKeys(authorities: ReadonlyMap<string, Authority>): readonly TrustedKey[] {
  const found = new Map(
    [...authorities.values()].flatMap(({ trusted }) => trusted.map((key) => [key.id, key] as const)),
  );
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function digestOfPolicy({ metadata: { name }, spec }: TrustPolicy, keyText: KeyText): Digest {
  const authorities = spec.authorities.map((authority) => ({
    ...authority,
    keys: authority.keys.map(({ file, ...key }) => (file === undefined ? key : { ...key, pem: keyText(file) ?? '' })),
  }));
  // Through JSON: optional fields that are there as undefined are gone then.
  const plain: unknown = JSON.parse(
    JSON.stringify({ apiVersion, kind: 'TrustPolicy', name, spec: { ...spec, authorities } }),
  );
  return digestOf(Buffer.from(canonicalJson(plain, { depth: 64, bytes: 4 << 20 }, 'policy')));
}
