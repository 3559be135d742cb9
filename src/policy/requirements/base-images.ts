import { predicateTypes, type VerifiedAttestation } from '../../attest/index.ts';
import type { CompiledPolicy } from '../compile/policy.ts';
import { matchesImage } from '../images/pattern.ts';
import { fieldOf, textAt } from '../predicates/fields.ts';
import { type ImageReference, imageOfUri } from '../predicates/image-uri.ts';
import { provenanceTypes, readProvenance } from '../predicates/provenance.ts';
import { meet } from '../trust/meet.ts';
import { miss } from '../trust/miss.ts';
import { attestationsOf, demandOf, type Finding, notRequired, type Scene } from './scene.ts';

/** The base as provenance or the file manifest of the platform says it; all bases that one of them names have to be allowed. */
export function baseImagesFinding(policy: CompiledPolicy, scene: Scene): Finding {
  const rule = policy.spec.baseImages;
  if (rule === undefined) return notRequired('base-images');
  const candidates = [
    ...attestationsOf(scene, (type) => provenanceTypes.includes(type), 'any'),
    ...attestationsOf(scene, (type) => type === predicateTypes['file-manifest'], 'platform'),
  ].map((attestation) => ({ ...attestation, bases: basesOf(attestation) }));
  const naming = candidates.filter(({ bases }) => bases.length > 0);
  if (candidates.length > 0 && naming.length === 0) {
    return { check: 'base-images', code: 'base-image-unknown', reason: 'no attestation names a base', evidence: [] };
  }
  const { code, reason, evidence } = meet(
    demandOf(policy, rule),
    naming,
    scene.now,
    ({ candidate: { bases } }) => {
      const wrong = bases.find(({ name }) => !policy.baseImages.some((pattern) => matchesImage(pattern, name)));
      if (wrong === undefined) return undefined;
      return miss('base-image-not-allowed', `built on ${wrong.name ?? 'an image that its URI does not name'}`);
    },
    'provenance or file manifest',
  );
  return { check: 'base-images', code, reason, evidence };
}

function basesOf({ statement }: VerifiedAttestation): readonly ImageReference[] {
  if (provenanceTypes.includes(statement.predicateType)) return readProvenance(statement).bases;
  if (fieldOf(statement.predicate, 'base') === undefined) return [];
  const name = textAt(statement.predicate, 'base', 'name');
  return [(name === undefined ? undefined : imageOfUri(`oci://${name}`)) ?? { name: undefined }];
}
