import { HoldfastError } from '../../errors/index.ts';
import { attachedRecipes } from '../../profile/index.ts';
import { attachedEvidence } from '../evidence/attached.ts';
import { type TrustFlags, trustOf } from '../evidence/trust.ts';
import type { RegistryFlags } from '../source.ts';
import { type OpenedRecipe, openRecipe } from './recipe.ts';

export interface RecipeFlags extends TrustFlags, RegistryFlags {
  readonly recipe?: string;
  readonly platform?: string;
}

/**
 * The recipe that was given as a file, or the one that hangs on the image and verifies: by whom it has to be signed is said
 * with --public-key or --trusted-root. Its commands and fixtures are looked for in the working directory.
 * @throws HoldfastError as `openRecipe`, `attachedEvidence`; `usage`: neither; `not-found`: none verifies
 */
export async function recipeFor(image: string, flags: RecipeFlags, signal: AbortSignal): Promise<OpenedRecipe> {
  if (flags.recipe !== undefined) return await openRecipe(flags.recipe);
  const trust = await trustOf(flags);
  if (trust === undefined)
    throw new HoldfastError('usage', 'give --recipe, or --public-key for the recipe that hangs on the image');
  const { manifest, evidence } = await attachedEvidence(image, flags, trust, signal);
  const { recipes, refused } = attachedRecipes(evidence, manifest);
  const [found, other] = recipes;
  if (found !== undefined && other === undefined) return { recipe: found.recipe, directory: process.cwd() };
  if (found !== undefined)
    throw new HoldfastError('usage', `${recipes.length} recipes hang on it: give one as --recipe`, { place: image });
  throw (
    refused[0]?.error ??
    new HoldfastError('not-found', 'no recipe is attached that verifies', { place: `${image} (${manifest})` })
  );
}
