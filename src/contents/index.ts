export type { ImageContents, ImageFile, ImageIdentity, ImageLink, ImagePackage } from './model.ts';
