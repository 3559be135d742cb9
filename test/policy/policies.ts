import type { Evidence } from '../../src/attest/index.ts';
import {
  type Check,
  type CompiledPolicy,
  compilePolicy,
  type Decision,
  type DecisionContext,
  decide,
  type ImageUnderTest,
  parseValue,
} from '../../src/policy/index.ts';
import { alice, bob, github, image, now, workflow } from './signed.ts';

export type Spec = Readonly<Record<string, unknown>>;

/** alice and bob by key, the release workflow by certificate. */
export const authorities = [
  { name: 'alice', keys: [{ pem: alice.pem }] },
  { name: 'bob', keys: [{ pem: bob.pem }] },
  { name: 'ci', identities: [{ issuer: github, subject: workflow }] },
];

/** A policy for every image that asks for a signature by anyone of the authorities, unless the spec says otherwise. */
export function policy(spec: Spec = {}, name = 'test'): CompiledPolicy {
  const document = {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'TrustPolicy',
    metadata: { name },
    spec: {
      images: ['**'],
      authorities,
      ...(spec['allowUnsigned'] === true ? {} : { signature: {} }),
      ...spec,
    },
  };
  const parsed = parseValue('test', document);
  if (parsed.kind !== 'TrustPolicy') throw new Error('not a policy');
  return compilePolicy(parsed.policy, { place: parsed.place });
}

export function decided(
  policies: CompiledPolicy | readonly CompiledPolicy[],
  evidence: readonly Evidence[],
  context: Partial<DecisionContext> = {},
  of: ImageUnderTest = image,
): Decision {
  return decide(Array.isArray(policies) ? policies : [policies as CompiledPolicy], of, evidence, { now, ...context });
}

/** The one check of a name. */
export function checkOf(decision: Decision, name: string): Check {
  const found = decision.checks.filter(({ check }) => check === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} checks ${name}`);
  return found[0];
}

export function codeOf(decision: Decision, name: string): string {
  return checkOf(decision, name).code;
}
