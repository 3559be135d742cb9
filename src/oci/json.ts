import { HoldfastError } from '../errors/index.ts';
import { readStrictJson } from '../json/index.ts';
import { type Digest, parseDigest } from './digest.ts';
import { ociLimits } from './limits.ts';
import { lookAlikeKey } from './look-alike-key.ts';

export type Fields = Readonly<Record<string, unknown>>;

function malformed(message: string, place: string): HoldfastError {
  return new HoldfastError('oci-malformed', message, { place });
}

/**
 * JSON of someone else's: UTF-8 without damage, bounded depth, no key twice, an object at the top.
 * The caller has already bounded its bytes.
 * @throws HoldfastError `oci-malformed`, `oci-limit`
 */
export function parseJsonObject(bytes: Uint8Array, place: string, depth = ociLimits.jsonDepth): Fields {
  return fieldsOf(parseJson(bytes, place, depth), place);
}

/** @throws HoldfastError `oci-malformed`, `oci-limit` */
export function parseJson(bytes: Uint8Array, place: string, depth = ociLimits.jsonDepth): unknown {
  return readStrictJson(bytes, depth, (fault) => {
    switch (fault.kind) {
      case 'too-deep':
        return new HoldfastError('oci-limit', `JSON deeper than ${depth}`, { place });
      case 'syntax':
        return new HoldfastError('oci-malformed', `not JSON: ${fault.message}`, { place, cause: fault.cause });
      case 'not-utf8':
      case 'repeated-key':
        return malformed(fault.message, place);
    }
  });
}

/** What of an OCI manifest, index or descriptor decides what it means (image-spec 1.1). */
const meaningful = [
  'mediaType', 'artifactType', 'digest', 'size', 'config', 'layers', 'manifests', 'subject', 'annotations', 'platform',
  'os', 'architecture', 'variant',
]; // biome-ignore format: a list of words

/** An object with these keys as the specification writes them, none of them also in another case. @throws HoldfastError `oci-malformed` */
export function exactFieldsOf(value: unknown, place: string): Fields {
  const fields = fieldsOf(value, place);
  const other = lookAlikeKey(fields, meaningful);
  if (other !== undefined) throw malformed(`the key ${JSON.stringify(other)} is read differently by others`, place);
  return fields;
}

export function fieldsOf(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw malformed('not a JSON object', place);
}

/** An absent or null list is an empty one: Go writers put null. */
export function listOf(fields: Fields, key: string, place: string): readonly unknown[] {
  const value = fields[key];
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value;
  throw malformed(`${key} is not a list`, place);
}

export function textOf(fields: Fields, key: string, place: string): string {
  const value = fields[key];
  if (typeof value === 'string') return value;
  throw malformed(`${key} is ${value === undefined ? 'missing' : 'not a string'}`, place);
}

export function optionalTextOf(fields: Fields, key: string, place: string): string | undefined {
  return fields[key] === undefined || fields[key] === null || fields[key] === ''
    ? undefined
    : textOf(fields, key, place);
}

export function sizeOf(fields: Fields, key: string, place: string): number {
  const value = fields[key];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw malformed(`${key} is not a size`, place);
}

export function digestIn(fields: Fields, key: string, place: string): Digest {
  return parseDigest(textOf(fields, key, place), place);
}

export function textsOf(fields: Fields, key: string, place: string): readonly string[] {
  return listOf(fields, key, place).map((value) => {
    if (typeof value === 'string') return value;
    throw malformed(`${key} holds something that is not a string`, place);
  });
}

/** A flat map of strings, such as annotations or labels. */
export function textMapOf(fields: Fields, key: string, place: string): Readonly<Record<string, string>> {
  const value = fields[key];
  if (value === undefined || value === null) return {};
  const entries = Object.entries(fieldsOf(value, place));
  for (const [name, text] of entries)
    if (typeof text !== 'string') throw malformed(`${key}.${name} is not a string`, place);
  return Object.fromEntries(entries) as Readonly<Record<string, string>>;
}
