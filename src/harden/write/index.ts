export { type WriteRequest, type Written, writeHardened } from './write.ts';
