import { decide } from '../decide.ts';
import { type DecisionContext, isAdmitted } from '../decision.ts';
import type { Examined } from './examine.ts';
import type { Judged } from './judgement.ts';
import type { PolicySet } from './policy-set.ts';

/** What the policies say of what was examined. Pure. */
export function decideExamined(examined: Examined, { policies }: PolicySet, context: DecisionContext): Judged {
  const decisions = examined.images.map(({ image, evidence }) => decide(policies, image, evidence, context));
  return {
    kind: 'judged',
    ...(examined.name === undefined ? {} : { name: examined.name }),
    digest: examined.digest,
    decisions,
    result: decisions.length > 0 && decisions.every(({ result }) => result === 'allow') ? 'allow' : 'deny',
    admitted: decisions.length > 0 && decisions.every(isAdmitted),
  };
}
