import { styleText } from 'node:util';

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'gray' | 'bold' | 'dim';

/** The stream's say on colour: a terminal, and neither NO_COLOR nor TERM=dumb (FORCE_COLOR overrules). */
export function coloured(stream: NodeJS.WriteStream = process.stdout): boolean {
  return styleText('red', 'x', { stream, validateStream: true }) !== 'x';
}

/** `text` in a colour where the stream shows colours, unchanged elsewhere. */
export function colour(name: Colour, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(name, text, { stream, validateStream: true });
}
