export { type JsonFault, readStrictJson } from './strict.ts';
