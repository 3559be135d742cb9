export { type BaseCandidate, type BaseImage, recogniseBase } from './base.ts';
export {
  type Given,
  imageOfProfile,
  imagesOfRecipe,
  profileStatement,
  recipeStatement,
} from './given.ts';
export type { HardenedBy } from './hardened.ts';
export { ambientOrigin, isCommit, type Origin, type Source } from './origin.ts';
export { buildType, type Material, type ProvenanceInput, provenance } from './provenance.ts';
export { type Sealed, type SealedManifest, type SealRequest, seal } from './seal.ts';
export { about, imageSignature, type PartStatement } from './statements.ts';
