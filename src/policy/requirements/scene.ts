import type { Evidence, VerifiedAttestation, VerifiedImageSignature } from '../../attest/index.ts';
import type { Digest } from '../../oci/index.ts';
import type { CheckCode } from '../checks.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import type { DecisionContext, ImageUnderTest } from '../decision.ts';
import type { Authority } from '../trust/authority.ts';
import type { Demand } from '../trust/meet.ts';

/** Everything that checks look at, the same for all policies: evidence in one order, and only what is about the image. */
export interface Scene {
  readonly image: ImageUnderTest;
  /** The index stands behind the image: it was given, and lists it. */
  readonly index: Digest | undefined;
  readonly now: number;
  readonly context: DecisionContext;
  readonly signatures: readonly VerifiedImageSignature[];
  readonly attestations: readonly VerifiedAttestation[];
  /** Attestations about something else: they count for nothing, and may explain why something is missing. */
  readonly elsewhere: readonly VerifiedAttestation[];
}

/** One check of one policy, before exceptions. */
export interface Finding {
  readonly check: string;
  readonly code: CheckCode;
  readonly reason: string;
  readonly evidence: readonly Digest[];
  readonly exceptions?: readonly Digest[];
}

export function sceneOf(image: ImageUnderTest, evidence: readonly Evidence[], context: DecisionContext): Scene {
  const index = image.index?.manifests.includes(image.manifest) === true ? image.index.digest : undefined;
  const ordered = [...evidence].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const about = (subject: Digest): boolean => subject === image.manifest || subject === index;
  const attestations = ordered.filter((one): one is VerifiedAttestation => one.kind === 'attestation');
  const isAbout = (one: VerifiedAttestation): boolean => about(one.subject) && namesSubject(one);
  return {
    image,
    index,
    now: Date.parse(context.now),
    context,
    signatures: ordered.filter((one): one is VerifiedImageSignature => one.kind === 'signature' && about(one.subject)),
    attestations: attestations.filter(isAbout),
    elsewhere: attestations.filter((one) => !isAbout(one)),
  };
}

/** The manifest it hangs on is one thing, what the statement says another: both have to be the image. */
function namesSubject({ subject, statement }: VerifiedAttestation): boolean {
  return statement.subjects.some(
    ({ digest }) => Object.hasOwn(digest, 'sha256') && `sha256:${digest['sha256']}` === subject,
  );
}

function keyOf({ evidence, carrier, subject, kind }: Evidence): string {
  return `${evidence} ${kind} ${carrier} ${subject}`;
}

/** By UTF-16 code units, as canonical JSON orders keys; never by a locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Attestations of a type; `platform` leaves out those about the index. */
export function attestationsOf(
  scene: Scene,
  isType: (type: string) => boolean,
  subject: 'any' | 'platform',
): readonly VerifiedAttestation[] {
  return scene.attestations.filter(
    (one) => isType(one.statement.predicateType) && (subject === 'any' || one.subject === scene.image.manifest),
  );
}

/** Authorities by name; where none is named, all of the policy's. */
export function demandOf(
  policy: CompiledPolicy,
  who: { readonly authorities?: readonly string[] | undefined; readonly threshold: number },
): Demand {
  const all = [...policy.authorities.values()];
  const named = who.authorities;
  const authorities: readonly Authority[] = named === undefined ? all : all.filter(({ name }) => named.includes(name));
  return { authorities, threshold: who.threshold };
}

export function notRequired(check: string): Finding {
  return { check, code: 'not-required', reason: 'the policy does not ask for it', evidence: [] };
}
