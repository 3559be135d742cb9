import type { Evidence } from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { canonicalJson } from '../ledger/index.ts';
import { digestOf } from '../oci/index.ts';
import type { CompiledPolicy } from './compile/policy.ts';
import type { Check, Decision, DecisionContext, ImageUnderTest } from './decision.ts';
import { allExceptions, exceptionsIn } from './exceptions/granted.ts';
import { matchesImage } from './images/pattern.ts';
import { checkOf, judgePolicy } from './judge-policy.ts';
import { releaseOf } from './requirements/roll-back.ts';
import { compare, sceneOf } from './requirements/scene.ts';
import { clipped } from './trust/miss.ts';

/**
 * What policies say of an image. Pure: the same policies, image, evidence and context give the same bytes, in whatever order
 * evidence and policies come. Every policy whose `images` match has to allow; where none matches the answer is deny.
 * More valid evidence never turns allow to deny, and evidence that was refused changes nothing but is listed.
 * @throws HoldfastError `policy-malformed` where `context.now` is no time: a fault of the caller
 */
export function decide(
  policies: readonly CompiledPolicy[],
  image: ImageUnderTest,
  evidence: readonly Evidence[],
  context: DecisionContext,
): Decision {
  const scene = sceneOf(image, evidence, context);
  if (Number.isNaN(scene.now))
    throw new HoldfastError('policy-malformed', 'now is no RFC 3339 time', { place: 'context' });
  const found = exceptionsIn(evidence);
  const exceptions = allExceptions(context.exceptions ?? [], found.exceptions);
  const about = policies
    .filter(({ images }) => images.some((pattern) => matchesImage(pattern, image.name)))
    .sort((a, b) => compare(a.name, b.name) || compare(a.digest, b.digest));
  const judged = about.map((policy) => ({ policy, ...judgePolicy(policy, scene, exceptions) }));
  const checks = [...ownChecks(image, scene.index === undefined, about.length), ...judged.flatMap((one) => one.checks)];
  const denied = checks.some(({ status }) => status === 'fail' || status === 'unknown');
  const denying = judged.filter(({ allows }) => !allows);
  const warns = denying.length > 0 && denying.every(({ policy }) => policy.spec.admission.mode === 'warn');
  const ownDenial = checks.some((check) => check.policy === undefined);
  const release = releaseText(about.map((policy) => releaseOf(policy, scene)));
  const decision: Omit<Decision, 'id'> = {
    at: new Date(scene.now).toISOString(),
    image: {
      ...(image.name === undefined ? {} : { name: image.name }),
      manifest: image.manifest,
      ...(image.index === undefined ? {} : { index: image.index.digest }),
    },
    result: denied ? 'deny' : 'allow',
    mode: warns && !ownDenial ? 'warn' : 'enforce',
    policies: judged.map(({ policy, allows }) => ({
      name: policy.name,
      digest: policy.digest,
      result: allows ? 'allow' : 'deny',
      mode: policy.spec.admission.mode,
    })),
    checks,
    exceptions: judged.flatMap((one) => one.exceptions),
    refused: refusedOf(evidence, found.malformed),
    ...(release === undefined ? {} : { release }),
  };
  return {
    id: digestOf(Buffer.from(canonicalJson(decision, { depth: 16, bytes: 16 << 20 }, 'decision'))),
    ...decision,
  };
}

/** What is wrong before any policy is asked. Neither is for a policy to wave through. */
function ownChecks(image: ImageUnderTest, unlisted: boolean, matching: number): readonly Check[] {
  const checks: Check[] = [];
  if (image.index !== undefined && unlisted) {
    const reason = `${image.index.digest} does not list ${image.manifest}`;
    checks.push(checkOf(undefined, { check: 'index', code: 'index-unlisted', reason, evidence: [] }));
  }
  if (matching === 0) {
    const reason = `no policy is about ${image.name ?? 'an image without a name'}`;
    checks.push(checkOf(undefined, { check: 'policy', code: 'no-policy', reason, evidence: [] }));
  }
  return checks;
}

function releaseText(times: readonly (number | undefined)[]): string | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : new Date(Math.max(...known)).toISOString();
}

function refusedOf(
  evidence: readonly Evidence[],
  malformed: ReturnType<typeof exceptionsIn>['malformed'],
): Decision['refused'] {
  const refused = [
    ...evidence.flatMap((one) =>
      one.kind === 'refused' ? [{ evidence: one.evidence, code: one.code, message: clipped(one.message) }] : [],
    ),
    ...malformed.map(({ evidence: digest, error }) => ({
      evidence: digest,
      code: error.code,
      message: clipped(error.message),
    })),
  ];
  const unique = new Map(refused.map((one) => [`${one.evidence} ${one.code} ${one.message}`, one]));
  return [...unique.entries()].sort(([a], [b]) => compare(a, b)).map(([, one]) => one);
}
