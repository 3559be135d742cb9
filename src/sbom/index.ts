export type {
  Bom,
  BomMetadata,
  Component,
  Composition,
  Dependency,
  Evidence,
  Hash,
  IdentityEvidence,
  License,
  Occurrence,
  Phase,
  Property,
} from './cyclonedx.ts';
export { isSbomFormat, type SbomFormat, sbomFormats } from './formats.ts';
export { type ImageBomOptions, imageBom, imageComponent, toolComponent } from './image-bom.ts';
export { licensesFrom } from './licenses.ts';
export { packageComponents } from './package-components.ts';
export { serialNumberOf, writeBom } from './write.ts';
