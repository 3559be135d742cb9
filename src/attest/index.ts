export { type Bundle, bundleMediaType, parseBundle } from './format/bundle.ts';
export { parseStrictJson } from './format/json.ts';
export { publicGoodRoot } from './format/public-good.ts';
export { parseTrustedRoot, type TrustedRoot } from './format/trusted-root.ts';
export { type Attached, type Attester, attach, attest, attesterOf } from './gather/attach.ts';
export { type Gathered, gather, gatherEvidence } from './gather/gather.ts';
export type { UnsignedReferrer } from './gather/referrers.ts';
export { type InspectOptions, inspect } from './inspect/inspect.ts';
export type { Checked, ClaimedSigner, Inspected, InspectedEvidence, InspectedManifest } from './inspect/model.ts';
export { commandSigner } from './keys/command-signer.ts';
export { type GeneratedKey, generateKey } from './keys/generate.ts';
export { loadSigner } from './keys/load.ts';
export { type Passphrase, parsePrivateKey } from './keys/private-key.ts';
export { hintOf, keyIdOf, parsePublicKey } from './keys/public-key.ts';
export { localSigner, type Signer } from './keys/signer.ts';
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
export { type LogService, parseSigningConfig, type SigningServices } from './sign/services.ts';
export { type SigningParty, signMessage, signStatement } from './sign/sign.ts';
export { identityToken, type TokenSources } from './sign/token.ts';
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
