import { HoldfastError } from '../../errors/index.ts';
import { type Fields, fieldsOf } from '../format/fields.ts';
import { parseStrictJson } from '../format/json.ts';
import { attestLimits } from '../limits.ts';
import type { Json, Statement, Subject } from '../model.ts';

const code = 'statement-malformed';

/** The media type of a DSSE payload that is a statement (in-toto attestation spec v1, "Envelope"). */
export const statementPayloadType = 'application/vnd.in-toto+json';

const types: ReadonlySet<string> = new Set<Statement['type']>([
  'https://in-toto.io/Statement/v1',
  'https://in-toto.io/Statement/v0.1',
]);

function digestsIn(fields: Fields): Readonly<Record<string, string>> {
  const digest = fields.object('digest');
  const found = Object.entries(fields.value('digest') as Readonly<Record<string, unknown>>);
  if (found.length === 0 || found.length > 32) throw digest.refuse('it holds no digest, or too many');
  for (const [algorithm, value] of found) {
    if (typeof value !== 'string' || value === '') throw digest.refuse(`${algorithm} is not a digest`);
    if (algorithm === 'sha256' && !/^[0-9a-f]{64}$/.test(value)) throw digest.refuse('sha256 is not 64 hex digits');
  }
  return Object.fromEntries(found) as Readonly<Record<string, string>>;
}

function subjectIn(fields: Fields): Subject {
  const name = fields.optionalText('name');
  const annotations = fields.optionalObject('annotations');
  return {
    ...(name === undefined ? {} : { name }),
    digest: digestsIn(fields),
    ...(annotations === undefined
      ? {}
      : { annotations: fields.value('annotations') as Readonly<Record<string, Json>> }),
  };
}

/**
 * Parses an in-toto Statement, v1 or v0.1 (in-toto attestation spec, "Statement"). A statement about nothing, or of a
 * type that is not known, says nothing that may be relied on. Unknown fields beside the known ones are allowed by the spec.
 * @throws HoldfastError `statement-malformed`
 */
export function parseStatement(bytes: Uint8Array, place: string): Statement {
  if (bytes.length > attestLimits.bundleBytes) throw new HoldfastError(code, 'too long', { place });
  const fields = fieldsOf(parseStrictJson(bytes, code, place), code, place);
  const type = fields.text('_type');
  if (!types.has(type)) throw fields.refuse(`_type is not a statement of version 1 or 0.1: ${type.slice(0, 100)}`);
  const subjects = fields.objects('subject', attestLimits.subjects).map(subjectIn);
  if (subjects.length === 0) throw fields.refuse('it has no subject');
  const predicateType = fields.text('predicateType');
  if (predicateType === '') throw fields.refuse('predicateType is empty');
  return {
    type: type as Statement['type'],
    subjects,
    predicateType,
    predicate: (fields.value('predicate') ?? null) as Json,
  };
}
