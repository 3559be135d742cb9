import { attestLimits } from '../../attest/index.ts';
import { readBounded } from '../../files/index.ts';
import { type ExecutionProfile, parseRecipe, profileLimits, type Recipe, readProfile } from '../../profile/index.ts';
import type { Given } from '../../seal/index.ts';

/** A profile's file. @throws HoldfastError as `readBounded`, `readProfile` */
export async function givenProfile(place: string): Promise<Given<ExecutionProfile>> {
  return { place, document: readProfile(await readBounded(place, profileLimits.bytes + 1), place) };
}

/** A recipe's file, YAML or JSON. @throws HoldfastError as `readBounded`, `parseRecipe` */
export async function givenRecipe(place: string): Promise<Given<Recipe>> {
  return { place, document: parseRecipe(place, await readBounded(place, attestLimits.bundleBytes)) };
}
