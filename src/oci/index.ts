export { type BlobStore, type Expected, readBlob, verified } from './blobs.ts';
export { type ImageConfig, parseConfig } from './config.ts';
export {
  type Copied,
  type CopyOptions,
  type CopyProgress,
  copyFrom,
  copyImage,
  type Missing,
  missingFrom,
  type Survey,
  type Surveyed,
  survey,
} from './copy/index.ts';
export { type Descriptor, parseDescriptor } from './descriptor.ts';
export { type Digest, digestOf, hexOf, isDigest, parseDigest } from './digest.ts';
export type { ImageIdentity } from './identity.ts';
export type { DirectorySource, ImageSource, Layer, LayeredSource } from './image.ts';
export { type OciLimits, ociLimits } from './limits.ts';
export { lookAlikeKey } from './look-alike-key.ts';
export { type Document, type Manifest, parseDocument } from './manifest.ts';
export { isConfigType, isIndexType, isManifestType } from './media.ts';
export { imageFrom, imageOf, type NamedContent, type OpenOptions, openContent, openSource } from './open.ts';
export { type OpenRepositoryOptions, openRepository } from './open-repository.ts';
export { formatPlatform, hostPlatform, type Platform, parsePlatform, platformMatches } from './platform.ts';
export { platformManifests } from './platforms.ts';
export { formatSource, parseSource, type SourceReference } from './reference.ts';
export { fallbackTag, isAttachmentTag } from './referrer-list.ts';
export {
  type Credentials,
  openRegistries,
  type Registries,
  type RegistryLimits,
  type RegistryName,
  type RegistryOptions,
} from './registry/index.ts';
export type {
  BlobContent,
  NewManifest,
  PushBlobOptions,
  Referrer,
  ReferrersOptions,
  Repository,
  StoredManifest,
} from './repository.ts';
export { type SelectedImage, type SelectOptions, selectImage } from './select.ts';
export type { TarEntry, TarEntryKind } from './tar/entry.ts';
export { type TarLimits, tarLimits } from './tar/limits.ts';
export { type TarHandler, TarStream } from './tar/stream.ts';
export { type TarHeader, tarEnd, tarHeader, tarPadding } from './tar/write.ts';
