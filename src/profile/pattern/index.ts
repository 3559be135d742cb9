export { isMatch, type Matcher, matcherOf } from './match.ts';
export { formatPattern, hasPlaceholder, isPattern, literalPattern, parsePattern, type Token } from './parse.ts';
export { directoryOf, isPlainPath, isWild, literalPath, parsePathPattern, pathPattern, type Segment } from './path.ts';
export { type Placeholder, placeholders } from './placeholder.ts';
