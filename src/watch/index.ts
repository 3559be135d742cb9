export type { BehaviourState } from './behaviour/behaviour.ts';
export type { DriftFinding } from './behaviour/drift.ts';
export type { ExceptionEvidence, FilesEvidence, ImageEvidence, ProfileEvidence } from './behaviour/evidence.ts';
export { behaviourFacts } from './behaviour/facts.ts';
export type { BehaviourTools } from './behaviour/tools.ts';
export type {
  ContainerSeenBody,
  CoverageBody,
  FileSeen,
  GapBody,
  ImageBody,
  NetworkSeen,
  ObservationBody,
  ProvenanceFault,
} from './bodies.ts';
export { type Coverage, type CoverageCause, type CoverageGap, gapSentence } from './coverage.ts';
export { workloadOf } from './entries.ts';
export type { ContainerState, IdentityState, WatchEvent } from './events.ts';
export { watchFacts } from './facts.ts';
export { type Finding, subjectOfFinding } from './finding.ts';
export { type FindingCode, type FindingCodeName, findingCodes, isFindingCode } from './finding-codes.ts';
export type { IdentityFinding } from './findings.ts';
export { findingsDocument } from './findings-document.ts';
export { imageFacts } from './image-facts.ts';
export { storedTree } from './image-manifest.ts';
export type { FileUse, From, MissingHash, MissingManifest, ProcessInfo } from './model.ts';
export type { ProvenanceAnswer, ProvenanceJudge, ProvenanceState, ProvenImage } from './provenance.ts';
export { provenanceFacts } from './provenance-facts.ts';
export { type RbomInput, runtimeBom } from './rbom.ts';
export {
  containersOfImage,
  findContainer,
  findFinding,
  type StoredContainer,
  storedContainers,
  storedFindings,
  storedPackages,
  storedState,
} from './stored.ts';
export { storedRbom } from './stored-rbom.ts';
export { type FileUsed, packagesOf, usesOf } from './uses.ts';
export { type WatchRequest, watch } from './watch.ts';
