export { checkTables } from './check-tables.ts';
export {
  type CheckCode,
  type CheckCodeEntry,
  type CheckStatus,
  checkCodes,
  type ExceptionCode,
  exceptionCodes,
} from './checks.ts';
export { type LoadedPolicies, loadPolicies } from './compile/load.ts';
export { type CompiledPolicy, type CompileOptions, compilePolicy } from './compile/policy.ts';
export { decide } from './decide.ts';
export {
  type Check,
  type Decision,
  type DecisionContext,
  type ImageUnderTest,
  isAdmitted,
  type JudgedBy,
  type SeenImage,
  type UsedException,
  type VerifiedException,
} from './decision.ts';
export { type ParsedDocument, parseDocuments, parseValue } from './document/parse.ts';
export { type PlainDocument, readDocuments } from './document/read.ts';
export { checkedShape } from './document/shape.ts';
export { exceptionsIn } from './exceptions/granted.ts';
export { denialSentence, type ExplainOptions, explainDecision, remedyOf } from './explain.ts';
export { type ImageName, imageName } from './images/name.ts';
export { type ImagePattern, matchesImage, parseImagePattern } from './images/pattern.ts';
export {
  decideExamined,
  type Examined,
  type ExaminedImage,
  type ExamineRequest,
  examine,
  grantedExceptions,
  type Judge,
  type Judged,
  type JudgeEvent,
  type Judgement,
  type JudgeOptions,
  type JudgeTimes,
  judgeTimes,
  openJudge,
  type PolicySet,
  policySet,
  type RegistryImage,
  type TrustedAttestations,
  trustedAttestations,
  type Undecided,
} from './judge/index.ts';
export { hardeningMiss, isOnTheWay } from './predicates/hardening.ts';
export { customResourceDefinitions } from './schema/crd.ts';
export { apiVersion, duration, metadata as documentMetadata, millisecondsOf } from './schema/fields.ts';
export { type ImageException, imageException } from './schema/image-exception.ts';
export type { TrustPolicy } from './schema/trust-policy.ts';
export { partyKey } from './trust/party.ts';
export { attestedReport } from './vulnerabilities/attested.ts';
export type {
  KnownExploited,
  Severity,
  Vulnerability,
  VulnerabilityReport,
  VulnerabilitySource,
} from './vulnerabilities/model.ts';
export { severityOf, worstSeverity } from './vulnerabilities/severity.ts';
