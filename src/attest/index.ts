export { type Bundle, bundleMediaType, parseBundle } from './format/bundle.ts';
export { parseStrictJson } from './format/json.ts';
export { publicGoodRoot } from './format/public-good.ts';
export { parseTrustedRoot, type TrustedRoot } from './format/trusted-root.ts';
export { hintOf, keyIdOf, parsePublicKey } from './keys/public-key.ts';
export { attestLimits } from './limits.ts';
export type {
  Carrier,
  Evidence,
  Json,
  KeyId,
  LoggedAt,
  Party,
  RefusedEvidence,
  StampedAt,
  Statement,
  Subject,
  VerifiedAttestation,
  VerifiedImageSignature,
  VerifiedSignature,
} from './model.ts';
export { newStatement, statementBytes } from './statement/build.ts';
export { parseStatement, statementPayloadType } from './statement/parse.ts';
export {
  type ArtifactDigests,
  digestsOf,
  refuseOtherPredicate,
  refuseOtherSubject,
  subjectFor,
} from './statement/subject.ts';
export { holdfastPredicateType, type PredicateName, predicateTypeOf, predicateTypes } from './statement/types.ts';
export {
  type ExpectedIdentity,
  exactly,
  isExpected,
  type Matcher,
  matches,
  matching,
  refuseOtherIdentity,
} from './verify/identity.ts';
export { type Signed, signedBytes, signedDigest } from './verify/signature.ts';
export type { Trust, TrustedKey } from './verify/trust.ts';
export { verifyBundle } from './verify/verify.ts';
