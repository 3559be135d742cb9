import { isUtf8 } from 'node:buffer';
import { HoldfastError } from '../errors/index.ts';
import { type Digest, parseDigest } from './digest.ts';
import { lookAlikeKey, repeatedKey } from './json-keys.ts';
import { ociLimits } from './limits.ts';

export type Fields = Readonly<Record<string, unknown>>;

function malformed(message: string, place: string): HoldfastError {
  return new HoldfastError('oci-malformed', message, { place });
}

/** Deepest nesting of brackets outside strings. The text need not be valid JSON. */
function depthOf(bytes: Uint8Array): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b || byte === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return deepest;
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
  if (!isUtf8(bytes)) throw malformed('not UTF-8', place);
  if (depthOf(bytes) > depth) throw new HoldfastError('oci-limit', `JSON deeper than ${depth}`, { place });
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch (cause) {
    throw new HoldfastError('oci-malformed', `not JSON: ${(cause as Error).message}`, { place, cause });
  }
  const repeated = repeatedKey(bytes);
  if (repeated !== undefined) throw malformed(`the key ${JSON.stringify(repeated.slice(0, 100))} stands twice`, place);
  return value;
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
