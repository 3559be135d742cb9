import type * as z from 'zod';
import type { DocumentPath } from './source-text.ts';

/** One thing that a document may not be, and what it may be. */
export interface Fault {
  readonly path: DocumentPath;
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** What zod found, in words that say what is allowed. `allowed` gives the keys a map may have. */
export function faultsOf(
  issues: readonly Issue[],
  allowed: (path: DocumentPath) => readonly string[],
): readonly Fault[] {
  return issues.flatMap((issue) => {
    const path = issue.path.filter((step): step is string | number => typeof step !== 'symbol');
    if (issue.code === 'unrecognized_keys') {
      const may = allowed(path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        message: `unknown field${may.length === 0 ? '' : `; allowed here: ${may.join(', ')}`}`,
      }));
    }
    return [{ path, message: sentenceOf(issue) }];
  });
}

function sentenceOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing: ${article(issue.expected)}`
        : `has to be ${article(issue.expected)}`;
    case 'invalid_value':
      return `has to be ${issue.values.map(String).join(' or ')}`;
    case 'invalid_format':
      return `has to match ${issue.pattern ?? issue.format}`;
    case 'too_small':
      return `too small: at least ${issue.minimum} ${unitOf(issue.origin)}`.trimEnd();
    case 'too_big':
      return `too big: at most ${issue.maximum} ${unitOf(issue.origin)}`.trimEnd();
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
}

function article(type: string): string {
  const words: Readonly<Record<string, string>> = {
    string: 'text',
    int: 'a whole number',
    number: 'a whole number',
    object: 'a map',
    record: 'a map',
    array: 'a list',
    boolean: 'true or false',
  };
  return words[type] ?? type;
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : origin === 'array' ? 'entries' : '';
}
