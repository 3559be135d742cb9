import { LineCounter, type Node } from 'yaml';
import { type Code, HoldfastError } from '../../errors/index.ts';

export type DocumentPath = readonly (string | number)[];

/** A file of documents: its text, and where in it an offset is. */
export interface SourceText {
  /** As people know it: a path, `stdin`, `configmap NAME`. */
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

export function sourceText(file: string, text: string): SourceText {
  const lines = new LineCounter();
  lines.addNewLine(0);
  return { file, text, lines };
}

export function formatPath(path: DocumentPath): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${step.slice(0, 100)}`))
    .join('');
}

/** `FILE, line 3, column 5, at spec.images[0]` */
export function placeAt({ file, lines }: SourceText, offset: number, path: DocumentPath = []): string {
  const { line, col } = lines.linePos(offset);
  return `${file}, line ${Math.max(1, line)}, column ${Math.max(1, col)}${path.length === 0 ? '' : `, at ${formatPath(path)}`}`;
}

export function startOf(node: Node | null | undefined): number {
  return node?.range?.[0] ?? 0;
}

export function faultAt(
  code: Code,
  source: SourceText,
  offset: number,
  message: string,
  path: DocumentPath = [],
): HoldfastError {
  return new HoldfastError(code, message, { place: placeAt(source, offset, path) });
}
