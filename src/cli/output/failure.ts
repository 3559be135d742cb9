import { codes, HoldfastError } from '../../errors/index.ts';
import { colour } from './colour.ts';
import { printable } from './printable.ts';

/** An error as `--json` prints it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly place?: string;
  readonly remedy: string;
}

/** Any thrown value as a failure: what is not ours is `internal`, with the place in the code it came from. */
export function failureOf(error: unknown): Failure {
  if (error instanceof HoldfastError) {
    const { code, message, place, remedy } = error;
    return place === undefined ? { code, message, remedy } : { code, message, place, remedy };
  }
  const { remedy } = codes.internal;
  if (!(error instanceof Error)) return { code: 'internal', message: String(error), remedy };
  const frame = error.stack?.split('\n').find((line) => /^ +at .*file:/.test(line));
  const place = frame?.replace(/^ +at /, '');
  const message = `${error.name}: ${error.message}`;
  return place === undefined ? { code: 'internal', message, remedy } : { code: 'internal', message, place, remedy };
}

/** Ctrl-C is not an error: it leaves as the shell expects of an interrupted command. */
function interrupted(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

export function exitOf(error: unknown): number {
  if (interrupted(error)) return 130;
  return error instanceof HoldfastError ? error.exit : codes.internal.exit;
}

/** Code, message, place and remedy on stderr: four short lines for people, one object with `json`. */
export function printFailure(error: unknown, options: { readonly json: boolean }): void {
  if (interrupted(error)) return;
  const failure = failureOf(error);
  if (options.json) {
    process.stderr.write(`${JSON.stringify({ type: 'error', ...failure })}\n`);
    return;
  }
  const { stderr } = process;
  const lines = [`holdfast: ${colour('red', failure.code, stderr)}: ${printable(failure.message)}`];
  if (failure.place !== undefined) lines.push(`  where:  ${printable(failure.place)}`);
  lines.push(`  remedy: ${failure.remedy}`);
  stderr.write(`${lines.join('\n')}\n`);
}
