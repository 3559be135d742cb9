export { type GivenException } from './amendment/amend.ts';
export { type AmendmentRequest, amendmentDocument } from './amendment/document.ts';
export { type Amendment, formatAmendment, parseAmendment } from './amendment/line.ts';
export { type AttachedProfile, type AttachedProfiles, attachedProfiles } from './attached.ts';
export { type Difference, diffProfiles } from './compare/diff.ts';
export { entriesAbout, explainRules, type RuleExplained } from './compare/explain.ts';
export { type Keyed, keyed, type Section } from './compare/keyed.ts';
export { type Lint, lintProfile } from './compare/lint.ts';
export { type LintCode, lintCodes } from './compare/lint-codes.ts';
export { mergeProfiles } from './compare/merge.ts';
export { completenessOf, wildcardsOf } from './document/count.ts';
export { type ReadProfileOptions, readProfile, readProfileValue } from './document/read.ts';
export { executionProfileSchema } from './document/schema.ts';
export { profileDigest, profileDocument, writeProfile } from './document/write.ts';
export { type GeneraliseOptions, generalise } from './generalise/generalise.ts';
export { type RuleName, ruleNames, rules } from './generalise/rules.ts';
export { type CompiledProfile, type CompileOptions, compileProfile } from './judge/compile.ts';
export type { Drift } from './judge/drift.ts';
export { type DriftCode, driftCodes } from './judge/drift-codes.ts';
export { judgeObservation } from './judge/judge.ts';
export { profileLimits, recipeLimits } from './limits.ts';
export type {
  ArgumentEntry,
  Executable,
  ExecutionProfile,
  FileEntry,
  InboundEntry,
  Omitted,
  OutboundEntry,
  ProcessEntry,
  Recorded,
  RecordedGap,
  Run,
  Seen,
  TestScores,
} from './model.ts';
export { access } from './model.ts';
export {
  type CodeInMemory,
  type Connected,
  type FileAccess,
  type FileUsed,
  type Listened,
  type Observation,
  type Parent,
  type ProcessRan,
  type Protocol,
} from './observation.ts';
export { type AttachedRecipe, type AttachedRecipes, attachedRecipes, recipeDigest } from './recipe/attached.ts';
export { parseRecipe, parseRecipeValue, testsOfRun } from './recipe/parse.ts';
export { type Recipe, type RecipeRun, type RecipeTest, recipe } from './recipe/schema.ts';
export { readRecording, writeRecording } from './record/document.ts';
export { Recorder } from './record/recorder.ts';
export { mergeRecordings, type Recording, recordingOf, type Session, type Sight } from './record/recording.ts';
