export { decideExamined } from './decide-image.ts';
export { type Examined, type ExaminedImage, type ExamineRequest, examine } from './examine.ts';
export {
  type Judge,
  type JudgeEvent,
  type JudgeOptions,
  type JudgeTimes,
  judgeTimes,
  openJudge,
  type RegistryImage,
} from './judge.ts';
export type { Judged, Judgement, Undecided } from './judgement.ts';
export { type PolicySet, policySet } from './policy-set.ts';
export { grantedExceptions, type TrustedAttestations, trustedAttestations } from './trusted.ts';
