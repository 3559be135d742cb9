export type { ImageIdentity } from '../oci/index.ts';
export { replayLayers } from './layer/replay.ts';
export { type ContentsLimits, contentsLimits } from './limits.ts';
export { filesDigest } from './manifest/digest.ts';
export type { FileManifest, ManifestBase } from './manifest/model.ts';
export { type ManifestRow, readFileManifest } from './manifest/read.ts';
export { fileManifest } from './manifest/write.ts';
export type { ImageContents, ImageFile, ImageLink, ImagePackage, ImageProblem } from './model.ts';
export { nameFromBytes, nameToBytes } from './name.ts';
export {
  type FoundPackage,
  type ImageView,
  type KeptFile,
  noWish,
  type PackageProblem,
  type PackageReader,
  packageProblems,
  packageReaders,
  type ReaderResult,
  type Scanner,
  type Wish,
} from './packages/index.ts';
export { type ImageTree, type ReadOptions, readContents, readImageTree } from './read.ts';
export { type Links, linksOf, resolvePath } from './resolve.ts';
export type { ImageEntry } from './tree/entries.ts';
export type { EntryPlace } from './tree/node.ts';
