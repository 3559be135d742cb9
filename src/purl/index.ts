export { buildPurl } from './build.ts';
export { canonicalParts } from './canonical.ts';
export type { Purl, PurlParts } from './model.ts';
export { canonicalPurl, parsePurl } from './parse.ts';
