import type { CompiledPolicy, TextMatcher } from '../compile/policy.ts';
import { type ProvenanceFacts, provenanceTypes, readProvenance } from '../predicates/provenance.ts';
import { meet } from '../trust/meet.ts';
import { type Miss, miss } from '../trust/miss.ts';
import { ageMiss, madeAt } from './age.ts';
import { conditionMiss } from './conditions.ts';
import { attestationsOf, demandOf, type Finding, notRequired, type Scene } from './scene.ts';

/** SLSA provenance about the platform manifest or its index: who built it, from what, when. */
export function provenanceFinding(policy: CompiledPolicy, scene: Scene): Finding {
  const rule = policy.spec.provenance;
  if (rule === undefined) return notRequired('provenance');
  const { builders, sources, conditions } = policy.provenance;
  const { code, reason, evidence } = meet(
    demandOf(policy, rule),
    attestationsOf(scene, (type) => provenanceTypes.includes(type), 'any'),
    scene.now,
    ({ candidate, signatures }) => {
      const facts = readProvenance(candidate.statement);
      return (
        builderMiss(builders, facts) ??
        sourceMiss(sources, facts) ??
        conditionMiss(conditions, scene, candidate) ??
        ageMiss(rule.maxAge, madeAt(facts.finished, signatures, scene.now), scene.now)
      );
    },
    'provenance',
  );
  return { check: 'provenance', code, reason, evidence };
}

function builderMiss(builders: readonly TextMatcher[], { builder }: ProvenanceFacts): Miss | undefined {
  if (builder === undefined) return miss('predicate-malformed', 'the provenance names no builder');
  if (builders.length === 0 || builders.some((isBuilder) => isBuilder(builder))) return undefined;
  return miss('builder-not-allowed', `built by ${JSON.stringify(builder.slice(0, 200))}`);
}

function sourceMiss(allowed: readonly TextMatcher[], { sources }: ProvenanceFacts): Miss | undefined {
  if (allowed.length === 0) return undefined;
  if (sources.length === 0) return miss('source-not-allowed', 'the provenance names no source');
  const wrong = sources.find((source) => !allowed.some((isSource) => isSource(source)));
  return wrong === undefined
    ? undefined
    : miss('source-not-allowed', `built from ${JSON.stringify(wrong.slice(0, 200))}`);
}
