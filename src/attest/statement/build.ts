import { HoldfastError } from '../../errors/index.ts';
import type { Json, Statement, Subject } from '../model.ts';

/** What a new statement says; its type is always v1. */
export interface NewStatement {
  readonly subjects: readonly [Subject, ...Subject[]];
  readonly predicateType: string;
  readonly predicate: Json;
}

export function newStatement({ subjects, predicateType, predicate }: NewStatement): Statement {
  return { type: 'https://in-toto.io/Statement/v1', subjects, predicateType, predicate };
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as Readonly<Record<string, Json | undefined>>)
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}

/**
 * The bytes to sign: the predicate's keys in order, so that the same statement is the same bytes whoever wrote it.
 * @throws HoldfastError `statement-malformed` where the statement holds what JSON does not
 */
export function statementBytes(statement: Statement): Buffer {
  const { type, subjects, predicateType, predicate } = statement;
  const subject = subjects.map(({ name, digest, annotations }) => ({
    ...(name === undefined ? {} : { name }),
    digest: sorted(digest),
    ...(annotations === undefined ? {} : { annotations: sorted(annotations) }),
  }));
  const text = JSON.stringify({ _type: type, subject, predicateType, predicate: sorted(predicate) });
  if (text.includes('\\ud') && /\\ud[89a-f]/.test(text)) {
    throw new HoldfastError('statement-malformed', 'a lone surrogate is not text', { place: 'statement' });
  }
  return Buffer.from(text, 'utf8');
}
