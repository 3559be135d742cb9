import { type Evidence, predicateTypes, type VerifiedAttestation } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { canonicalJson } from '../../ledger/index.ts';
import { type Digest, digestOf } from '../../oci/index.ts';
import { attachedDocuments, type RefusedDocument } from '../attached-documents.ts';
import { recipeLimits } from '../limits.ts';
import { parseRecipeValue } from './parse.ts';
import type { Recipe } from './schema.ts';

/** A recipe that hangs on an image, its signature verified: by whom, and whether they are trusted, is for the policy. */
export interface AttachedRecipe {
  readonly evidence: Digest;
  /** Of its canonical JSON: what a hardening attestation names. */
  readonly digest: Digest;
  readonly recipe: Recipe;
}

export interface AttachedRecipes {
  /** The last signed first, where a log or timestamp authority says when; then those that are undated, by digest. */
  readonly recipes: readonly AttachedRecipe[];
  /** Verified, and no recipe that could be used. */
  readonly refused: readonly RefusedDocument[];
}

/** The recipes among what was verified of an image, as `attachedProfiles` reads profiles. */
export function attachedRecipes(evidence: readonly Evidence[], subject: Digest): AttachedRecipes {
  const { documents: found, refused } = attachedDocuments(evidence, subject, {
    predicateType: predicateTypes.recipe,
    foreign: 'recipe-foreign',
    read: (attestation) => {
      refuseLarge(attestation);
      const { evidence: place, statement } = attestation;
      const recipe = parseRecipeValue(place, statement.predicate);
      return { one: { evidence: place, digest: recipeDigest(recipe), recipe }, signed: signedAt(attestation) };
    },
  });
  const sorted = found.toSorted((a, b) => b.signed - a.signed || (a.one.digest < b.one.digest ? -1 : 1));
  return { recipes: sorted.map(({ one }) => one), refused };
}

/** The digest by which a hardening attestation names a recipe: of its canonical JSON (RFC 8785), all defaults filled in. */
export function recipeDigest(recipe: Recipe): Digest {
  return digestOf(Buffer.from(canonicalJson(recipe, recipeLimits, 'recipe')));
}

function refuseLarge({ statement: { predicate }, evidence: place }: VerifiedAttestation): void {
  try {
    canonicalJson(predicate, recipeLimits, place);
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    throw new HoldfastError('recipe-malformed', cause.message, { place, cause });
  }
}

/** Unix milliseconds of the latest time somebody vouches for; 0 = nobody does. */
function signedAt({ signatures }: VerifiedAttestation): number {
  const times = signatures.flatMap(({ logs, timestamps }) => [...logs, ...timestamps].map(({ time }) => time));
  return Math.max(0, ...times.map((time) => (time === undefined ? 0 : Date.parse(time))));
}
