import { parseStrictJson } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { type Fields, fault, isFields, member, objectAt, optionalObject, optionalText, ReviewFault } from './fields.ts';
import {
  type AdmissionRequest,
  type GroupKind,
  type MalformedReview,
  type Operation,
  type ReviewVersion,
  reviewVersions,
} from './model.ts';

const operations: readonly string[] = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] satisfies Operation[];
/** UIDs are UUIDs; whatever else stands there is not repeated. */
const uidPattern = /^[A-Za-z0-9-]{1,64}$/;
const longestName = 512;

export type ParsedReview =
  | { readonly kind: 'request'; readonly request: AdmissionRequest }
  | ({ readonly kind: 'malformed' } & MalformedReview);

/**
 * Reads an AdmissionReview of version v1 or v1beta1. Never throws: what is not one comes back with the reason, and with the
 * uid if there is a sane one, so that it can be answered. The caller has bounded the bytes.
 */
export function parseReview(bytes: Uint8Array): ParsedReview {
  let version: ReviewVersion = 'admission.k8s.io/v1';
  let uid = '';
  try {
    const review = parseStrictJson(bytes, 'admission-malformed', 'AdmissionReview');
    if (!isFields(review)) throw fault('', 'not an AdmissionReview');
    const asked = member(review, 'request');
    uid = saneUid(isFields(asked) ? member(asked, 'uid') : undefined) ?? '';
    version = versionOf(review);
    const request = objectAt(review, 'request', '');
    if (uid === '') throw fault('request.uid', 'missing, or not a UID');
    return { kind: 'request', request: requestOf(request, version, uid) };
  } catch (error) {
    if (!(error instanceof ReviewFault) && !(error instanceof HoldfastError)) throw error;
    return { kind: 'malformed', version, uid, message: error.message };
  }
}

function versionOf(review: Fields): ReviewVersion {
  if (member(review, 'kind') !== 'AdmissionReview') throw fault('kind', 'not AdmissionReview');
  const version = reviewVersions.find((one) => one === member(review, 'apiVersion'));
  if (version === undefined) throw fault('apiVersion', `not one of ${reviewVersions.join(', ')}`);
  return version;
}

function saneUid(uid: unknown): string | undefined {
  return typeof uid === 'string' && uidPattern.test(uid) ? uid : undefined;
}

function requestOf(request: Fields, version: ReviewVersion, uid: string): AdmissionRequest {
  const operation = member(request, 'operation');
  if (!isOperation(operation)) throw fault('request.operation', `not one of ${operations.join(', ')}`);
  const kind = kindOf(objectAt(request, 'kind', 'request'));
  const user = optionalObject(request, 'userInfo', 'request');
  const optional = {
    subResource: shortText(request, 'subResource', 'request'),
    namespace: shortText(request, 'namespace', 'request'),
    name: shortText(request, 'name', 'request'),
    user: user === undefined ? undefined : shortText(user, 'username', 'request.userInfo'),
    object: optionalObject(request, 'object', 'request'),
    oldObject: optionalObject(request, 'oldObject', 'request'),
  };
  const dryRun = member(request, 'dryRun') ?? false;
  if (typeof dryRun !== 'boolean') throw fault('request.dryRun', 'not true or false');
  requireKind(optional.object, kind, 'request.object');
  if (operation === 'UPDATE') requireKind(optional.oldObject, kind, 'request.oldObject');
  return { version, uid, kind, operation, dryRun, ...given(optional) };
}

function isOperation(value: unknown): value is Operation {
  return typeof value === 'string' && operations.includes(value);
}

function kindOf(fields: Fields): GroupKind {
  const kind = shortText(fields, 'kind', 'request.kind') ?? '';
  if (kind === '') throw fault('request.kind.kind', 'missing');
  const group = shortText(fields, 'group', 'request.kind') ?? '';
  return { group, version: shortText(fields, 'version', 'request.kind') ?? '', kind };
}

/** The object is what the request says it is: what is judged is what will be stored. */
function requireKind(object: Fields | undefined, { kind }: GroupKind, place: string): void {
  if (object === undefined) return;
  const own = optionalText(object, 'kind', place);
  if (own !== undefined && own !== kind) throw fault(`${place}.kind`, `not ${kind.slice(0, 100)}`);
}

function shortText(fields: Fields, key: string, place: string): string | undefined {
  const text = optionalText(fields, key, place);
  if (text !== undefined && text.length > longestName) throw fault(`${place}.${key}`, `longer than ${longestName}`);
  return text;
}

type Given<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Without what is undefined. */
function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Given<T>;
}
