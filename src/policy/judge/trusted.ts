import type { VerifiedAttestation } from '../../attest/index.ts';
import type { Digest } from '../../oci/index.ts';
import type { CheckCode } from '../checks.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import type { DecisionContext, VerifiedException } from '../decision.ts';
import { allExceptions, exceptionsIn, usedAt, whyNotGranted } from '../exceptions/granted.ts';
import { matchesImage } from '../images/pattern.ts';
import { attestationsOf, demandOf, type Scene, sceneOf } from '../requirements/scene.ts';
import { meet } from '../trust/meet.ts';
import type { ExaminedImage } from './examine.ts';

/** Attestations of one type about a platform manifest: those that count, and why the others do not. */
export interface TrustedAttestations {
  readonly trusted: readonly VerifiedAttestation[];
  readonly untrusted: readonly { readonly evidence: Digest; readonly code: CheckCode; readonly reason: string }[];
}

/**
 * What of an image's attestations may be used, beyond the decision: each by itself has to be signed by whom every policy
 * about the image believes. Where no policy is about it nothing is trusted.
 * @throws never; what is wrong with one is its `untrusted` code
 */
export function trustedAttestations(
  policies: readonly CompiledPolicy[],
  { image, evidence }: ExaminedImage,
  context: DecisionContext,
  type: string,
): TrustedAttestations {
  const scene = sceneOf(image, evidence, context);
  const about = policiesAbout(policies, scene);
  const trusted: VerifiedAttestation[] = [];
  const untrusted: { evidence: Digest; code: CheckCode; reason: string }[] = [];
  for (const one of attestationsOf(scene, (found) => found === type, 'platform')) {
    const why = whyNotTrusted(about, scene, one);
    if (why === undefined) trusted.push(one);
    else untrusted.push({ evidence: one.evidence, ...why });
  }
  return { trusted, untrusted };
}

/** The exceptions among an image's evidence that every policy about it takes now; debug sessions that are over, too. */
export function grantedExceptions(
  policies: readonly CompiledPolicy[],
  { image, evidence }: ExaminedImage,
  context: DecisionContext,
): readonly VerifiedException[] {
  const scene = sceneOf(image, evidence, context);
  const about = policiesAbout(policies, scene);
  if (about.length === 0) return [];
  return allExceptions(context.exceptions ?? [], exceptionsIn(evidence).exceptions).filter((exception) =>
    about.every((policy) => whyNotGranted(policy, scene, exception, usedAt(scene, exception)) === undefined),
  );
}

function policiesAbout(policies: readonly CompiledPolicy[], { image }: Scene): readonly CompiledPolicy[] {
  return policies.filter(({ images }) => images.some((pattern) => matchesImage(pattern, image.name)));
}

function whyNotTrusted(
  about: readonly CompiledPolicy[],
  scene: Scene,
  one: VerifiedAttestation,
): { readonly code: CheckCode; readonly reason: string } | undefined {
  if (about.length === 0) return { code: 'no-policy', reason: 'no policy is about the image' };
  for (const policy of about) {
    const demand = demandOf(policy, { threshold: 1 });
    const { code, reason } = meet(demand, [one], scene.now, () => undefined, 'attestation');
    if (code !== 'evidence-trusted') return { code, reason };
  }
  return undefined;
}
