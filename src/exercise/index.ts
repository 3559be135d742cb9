export { type Attacked, attackContainer } from './attacks/attack.ts';
export type { Attack, Step, Told } from './attacks/model.ts';
export { attackSetDigest, attacks } from './attacks/table.ts';
export { type Alert, isAbout } from './attacks/told.ts';
export { attackTool } from './attacks/tool.ts';
export { type ExerciseOptions, exercise } from './exercise.ts';
export type {
  ExecOptions,
  ExecResult,
  Exercised,
  ExercisedContainer,
  ExercisedRun,
  ExercisedTest,
  RunningContainer,
  StagedImage,
} from './model.ts';
export { type StageOptions, stageImage } from './stage/stage.ts';
