export { jsonLines, publicEvent, type Screen, textLines } from './lines.ts';
export { liveScreen } from './live.ts';
export { openStore, openStoreForWatching } from './store.ts';
export { termsOf } from './terms.ts';
export { textOf, wordText } from './text.ts';
