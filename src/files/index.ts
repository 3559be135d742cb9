export { readBounded } from './bounded.ts';
