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
