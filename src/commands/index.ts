export { endGroup } from './group.ts';
