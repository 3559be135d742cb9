export { jsonLines, publicEvent, type Screen, textLines } from './lines.ts';
export { liveScreen } from './live.ts';
export { notifierOf } from './notifying.ts';
export { provenanceChild, requirePolicies } from './provenance-child.ts';
export { openStore, openStoreForWatching } from './store.ts';
export { termsOf } from './terms.ts';
export { textOf, wordText } from './text.ts';
