import type { ImageContents } from '../contents/index.ts';
import { type ImageBomOptions, imageBom } from './image-bom.ts';
import { writeBom } from './write.ts';

/** How an SBOM can be written. SPDX 2.3 is one more name here, with its own document model beside `cyclonedx.ts`. */
export const sbomFormats = {
  cyclonedx: (contents, options) => writeBom(imageBom(contents, options)),
} as const satisfies Record<string, (contents: ImageContents, options: ImageBomOptions) => string>;

export type SbomFormat = keyof typeof sbomFormats;

export function isSbomFormat(text: string): text is SbomFormat {
  return Object.hasOwn(sbomFormats, text);
}
