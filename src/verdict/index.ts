export { verdictsDocument } from './document.ts';
export {
  type ReasonCode,
  type ReasonEntry,
  type ReasonFor,
  reasons,
  type TermName,
  termNames,
  type Word,
  words,
} from './reasons.ts';
export {
  type Because,
  type Behaviour,
  type Coverage,
  type Exposure,
  type Identity,
  type NonEmpty,
  notYetJudged,
  type Provenance,
  type Terms,
} from './terms.ts';
export { type Reason, type Verdict, verdict, workloadVerdict, worseWord } from './verdict.ts';
