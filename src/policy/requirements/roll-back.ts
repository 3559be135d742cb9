import type { CompiledPolicy } from '../compile/policy.ts';
import { provenanceTypes, readProvenance } from '../predicates/provenance.ts';
import { millisecondsOf } from '../schema/fields.ts';
import { trustedOf } from '../trust/meet.ts';
import { trustedTimes } from '../trust/signature.ts';
import { past } from './age.ts';
import { attestationsOf, demandOf, type Finding, notRequired, type Scene } from './scene.ts';

const check = 'roll-back';

/** Earlier than this, `created` was set by a tool for reproducible builds and says nothing. */
const firstContainer = Date.parse('2013-01-01T00:00:00Z');

/**
 * When the image was released: the latest of what is vouched for. These are the times at which logs and timestamp authorities
 * saw its trusted signatures, when trusted provenance says the build ended, and the config's own `created`, which the
 * digest covers. Times to come are left out. Only the signers can move it forward, so an old image stays old.
 */
export function releaseOf(policy: CompiledPolicy, scene: Scene): number | undefined {
  const { signature, provenance } = policy.spec;
  const signatures = trustedOf(demandOf(policy, signature ?? { threshold: 1 }), scene.signatures, scene.now).trusted;
  const built = trustedOf(
    demandOf(policy, provenance ?? { threshold: 1 }),
    attestationsOf(scene, (type) => provenanceTypes.includes(type), 'any'),
    scene.now,
  ).trusted;
  const created = Date.parse(scene.image.created ?? '');
  const times = [
    ...signatures.flatMap((one) => one.signatures.flatMap(trustedTimes)),
    ...built.map(({ candidate }) => readProvenance(candidate.statement).finished),
    created > firstContainer ? created : undefined,
  ]
    .map((time) => past(time, scene.now))
    .filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** Whether an older image is brought back under a name that has seen a newer one. */
export function rollBackFinding(policy: CompiledPolicy, scene: Scene): Finding {
  const rule = policy.spec.rollBack;
  if (rule === undefined || (rule.notBefore === undefined && !rule.monotone)) return notRequired(check);
  const released = releaseOf(policy, scene);
  const found = (code: Finding['code'], reason: string): Finding => ({ check, code, reason, evidence: [] });
  if (released === undefined) return found('release-undated', 'nothing signed says when it was released');
  const text = new Date(released).toISOString();
  if (rule.notBefore !== undefined && released < Date.parse(rule.notBefore)) {
    return found('older-than-allowed', `released ${text}, before ${rule.notBefore}`);
  }
  if (!rule.monotone) return found('not-rolled-back', `released ${text}`);
  const { seen } = scene.context;
  const { name, manifest } = scene.image;
  if (seen === undefined || name === undefined) {
    return found('seen-unavailable', name === undefined ? 'the image has no name here' : 'nothing is remembered here');
  }
  const others = seen
    .filter((one) => one.name === name && one.manifest !== manifest)
    .map((one) => Date.parse(one.released));
  if (others.some(Number.isNaN)) return found('seen-unavailable', 'what is remembered has no date');
  const newest = others.length === 0 ? undefined : Math.max(...others);
  const tolerance = rule.tolerance === undefined ? 0 : millisecondsOf(rule.tolerance);
  if (newest === undefined || released >= newest - tolerance) return found('not-rolled-back', `released ${text}`);
  return found(
    'rolled-back',
    `released ${text}; the newest seen of ${name} was released ${new Date(newest).toISOString()}`,
  );
}
