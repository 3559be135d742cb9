import { re2Library } from '../cel/library.ts';

/**
 * An RE2 expression over the whole of a text, in linear time. Without the expression: the exact text.
 * @throws Error with the parser's message where it is no expression
 */
export function wholeText(exact: string | undefined, expression: string | undefined): (text: string) => boolean {
  if (expression === undefined) return (text) => text === exact;
  const compiled = re2Library().RE2JS.compile(expression);
  // Tested whole, not wrapped in ^ and $: an alternative or a flag inside can't get out of that.
  return (text) => compiled.testExact(text);
}
