import type { ImageContents } from '../contents/index.ts';
import { type ImageBomOptions, imageBom } from './image-bom.ts';
import { writeImageSpdx } from './image-spdx.ts';
import { writeBom } from './write.ts';

/** How an SBOM can be written: CycloneDX 1.6 or SPDX 2.3, as JSON. */
export const sbomFormats = {
  cyclonedx: (contents, options) => writeBom(imageBom(contents, options)),
  spdx: writeImageSpdx,
} as const satisfies Record<string, (contents: ImageContents, options: ImageBomOptions) => string>;

export type SbomFormat = keyof typeof sbomFormats;

export function isSbomFormat(text: string): text is SbomFormat {
  return Object.hasOwn(sbomFormats, text);
}
