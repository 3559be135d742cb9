export { type Colour, colour, coloured } from './colour.ts';
export { exitOf, type Failure, failureOf, printFailure } from './failure.ts';
export { interrupt } from './interrupt.ts';
export { printable } from './printable.ts';
export { type Progress, progress } from './progress.ts';
export { quietOnClosedPipe, write, writeJson, writeJsonLine } from './stream.ts';
export { type Column, table } from './table.ts';
