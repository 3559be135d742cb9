import type { Repository } from '../../oci/index.ts';
import { decide } from '../decide.ts';
import { type DecisionContext, isAdmitted } from '../decision.ts';
import type { ImageName } from '../images/name.ts';
import { type Examined, type ExamineRequest, examine } from './examine.ts';
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

export interface JudgeImageRequest extends Omit<ExamineRequest, 'target' | 'trust'> {
  readonly repository: Repository;
  /** Tag or digest; without it `latest`, or the only image of a layout. */
  readonly reference?: string;
  readonly name?: ImageName;
  readonly policies: PolicySet;
  readonly context: DecisionContext;
}

/**
 * An image reference and policies become a judgement, with nothing remembered: for one look at one image.
 * @throws HoldfastError as `examine` and `Repository.resolve`
 */
export async function judgeImage(request: JudgeImageRequest): Promise<Judged> {
  const { repository, reference, policies, context, signal } = request;
  const target = await repository.resolve(reference, signal);
  return decideExamined(await examine({ ...request, target, trust: policies.trust }), policies, context);
}
