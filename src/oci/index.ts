export { type Digest, digestOf, hexOf, isDigest, parseDigest } from './digest.ts';
