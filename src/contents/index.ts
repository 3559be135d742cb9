export type { ImageIdentity } from '../oci/index.ts';
export type { ImageContents, ImageFile, ImageLink, ImagePackage } from './model.ts';
