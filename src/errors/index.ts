export { type Code, type CodeEntry, codes } from './codes.ts';
export { HoldfastError } from './error.ts';
