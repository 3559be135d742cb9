import type { Recipe } from '../profile/index.ts';
import type { Exercised, ExercisedContainer, RunningContainer, StagedImage } from './model.ts';

export interface ExerciseOptions {
  readonly staged: StagedImage;
  readonly recipe: Recipe;
  /** Of the recipe: fixtures lie in it, and test commands run in it. */
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly progress?: (what: string) => void;
  /** In place of what the recipe's runs say. */
  readonly repeat?: number;
  readonly replicas?: number;
  /** Before each container starts. */
  readonly starting?: (container: ExercisedContainer) => void | Promise<void>;
  /** While a container is up, after its tests. */
  readonly acting?: (container: RunningContainer) => Promise<void>;
}

export function exercise(_options: ExerciseOptions): Promise<Exercised> {
  return Promise.reject(new Error('not yet'));
}
