import type { Trust, TrustedRoot } from '../../attest/index.ts';
import { type Digest, digestOf } from '../../oci/index.ts';
import type { CompiledPolicy } from '../compile/policy.ts';

/** Policies with whom they believe: what a judgement depends on beside the image. */
export interface PolicySet {
  readonly policies: readonly CompiledPolicy[];
  readonly trust: Trust;
  /** Two sets with one digest judge alike. */
  readonly digest: Digest;
  /** Of keys and trusted roots alone: what verifying depends on. */
  readonly trustDigest: Digest;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * All policies together, verified with every key that any of them trusts: who may sign what is for each policy to say.
 * @param roots for signatures with certificates; none = only keys
 */
export function policySet(policies: readonly CompiledPolicy[], roots: readonly TrustedRoot[]): PolicySet {
  const keys = [...new Map(policies.flatMap(({ trustedKeys }) => trustedKeys.map((key) => [key.id, key]))).values()];
  const trust: Trust = { keys, roots };
  const trustDigest = digestOfTexts([...keys.map(({ id }) => id).sort(compare), ...roots.map(({ digest }) => digest)]);
  const ofPolicies = policies.map(({ name, digest }) => `${name} ${digest}`).sort(compare);
  return { policies, trust, trustDigest, digest: digestOfTexts([trustDigest, ...ofPolicies]) };
}

function digestOfTexts(texts: readonly string[]): Digest {
  return digestOf(Buffer.from(JSON.stringify(texts)));
}
