export { type CutRequest, cutImage } from './cut.ts';
export type { Amount, Cut, TestsOnResult } from './model.ts';
export { type Reason, sentenceOf } from './need/reason.ts';
export { type Hardening, hardeningPredicate } from './predicate.ts';
