import { type Json, predicateTypes } from '../attest/index.ts';
import { HoldfastError } from '../errors/index.ts';
import {
  type Descriptor,
  type Digest,
  formatPlatform,
  parsePlatform,
  platformMatches,
  type Repository,
  selectImage,
} from '../oci/index.ts';
import { type ExecutionProfile, profileDocument, type Recipe } from '../profile/index.ts';
import { about, type PartStatement } from './statements.ts';

/** A document that somebody gave, and where it came from, for messages. */
export interface Given<T> {
  readonly place: string;
  readonly document: T;
}

const mostShown = 8;

/**
 * The image that a profile is of, among those of one name. Of a foreign profile nothing may be attached.
 * @throws HoldfastError `profile-foreign`
 */
export function imageOfProfile(
  images: readonly Descriptor[],
  { place, document: { subject } }: Given<ExecutionProfile>,
): Descriptor {
  if (subject === undefined) {
    const message =
      'it does not say of which image it is: record it of an image that containerd knows by its manifest, or set `subject` to the platform manifest that it was recorded of';
    throw new HoldfastError('profile-foreign', message, { place });
  }
  const image = images.find(({ digest }) => digest === subject);
  if (image !== undefined) return image;
  const there = images.slice(0, mostShown).map(({ digest }) => digest);
  const more = images.length > mostShown ? ` and ${images.length - mostShown} more` : '';
  throw new HoldfastError('profile-foreign', `it is of ${subject}; the image is ${there.join(', ')}${more}`, { place });
}

/** What a profile says, as a statement about its image. The same profile is the same statement, whoever attaches it. */
export function profileStatement(image: Digest, profile: ExecutionProfile): PartStatement {
  const predicate = profileDocument(profile) as unknown as Json;
  return { part: 'execution profile', statement: about(image, predicateTypes.profile, predicate) };
}

/** A recipe with all its defaults filled in, so that it means the same to later readers. */
export function recipeStatement(image: Digest, recipe: Recipe): PartStatement {
  return { part: 'recipe', statement: about(image, predicateTypes.recipe, recipe as unknown as Json) };
}

/**
 * The images that a recipe is for: those of its `platforms`, else all.
 * @throws HoldfastError `recipe-foreign`, and as `selectImage`
 */
export async function imagesOfRecipe(
  repository: Repository,
  images: readonly Descriptor[],
  { place, document }: Given<Recipe>,
  signal: AbortSignal,
): Promise<readonly Descriptor[]> {
  const wanted = document.spec.platforms.map(parsePlatform);
  if (wanted.length === 0) return images;
  const platforms = await Promise.all(
    images.map(async (image) => image.platform ?? (await selectImage(repository, image, { signal })).config.platform),
  );
  const found = images.filter((_, at) => {
    const has = platforms[at];
    return has !== undefined && wanted.some((one) => platformMatches(one, has));
  });
  if (found.length > 0) return found;
  const [asked, there] = [wanted, platforms].map((list) => list.slice(0, mostShown).map(formatPlatform).join(', '));
  throw new HoldfastError('recipe-foreign', `it is for ${asked}; the image is for ${there}`, { place });
}

/**
 * Which of what was given is said of which image, all of it found out before anything is signed.
 * @throws HoldfastError `profile-foreign`, `recipe-foreign`; `usage`: two of one kind for one image
 */
export async function givenStatements(
  repository: Repository,
  images: readonly Descriptor[],
  profiles: readonly Given<ExecutionProfile>[],
  recipes: readonly Given<Recipe>[],
  signal: AbortSignal,
): Promise<ReadonlyMap<Digest, readonly PartStatement[]>> {
  const found = new Map<Digest, PartStatement[]>();
  const add = (image: Digest, place: string, one: PartStatement): void => {
    const already = found.get(image) ?? [];
    if (already.some(({ part }) => part === one.part))
      throw new HoldfastError('usage', `a second ${one.part} of ${image}: only one can be meant`, { place });
    found.set(image, [...already, one]);
  };
  for (const given of profiles) {
    const { digest } = imageOfProfile(images, given);
    add(digest, given.place, profileStatement(digest, given.document));
  }
  for (const given of recipes)
    for (const { digest } of await imagesOfRecipe(repository, images, given, signal))
      add(digest, given.place, recipeStatement(digest, given.document));
  return found;
}
