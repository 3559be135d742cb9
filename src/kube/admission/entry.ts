import { canonicalJson, type Json, type NewEntry } from '../../ledger/index.ts';
import { type Digest, digestOf } from '../../oci/index.ts';
import type { Decision } from '../../policy/index.ts';
import { type AdmissionRequest, oneLine } from '../review/index.ts';
import type { JudgedUse, Route, Verdict } from './admit.ts';

export interface RecordedBy {
  /** UID of namespace kube-system, or `none`. */
  readonly cluster: string;
  /** Of the policies with their keys and trusted roots. */
  readonly policies: Digest;
  /** RFC 3339 UTC with milliseconds. */
  readonly time: string;
}

export interface AdmissionEntry {
  /** sha256 of the canonical JSON of all else in the body. */
  readonly id: Digest;
  readonly entry: NewEntry;
}

/** Decisions that are longer are recorded without their checks; the ids still name them. */
const mostDecisions = 512 * 1024;
const mostSubjects = 256;

/** One answer as evidence: what was asked, what was decided about each image, what was answered. */
export function admissionEntry(
  request: AdmissionRequest,
  route: Route,
  verdict: Verdict,
  { cluster, policies, time }: RecordedBy,
): AdmissionEntry {
  const { kind, uid, operation, dryRun, namespace, name, subResource, user } = request;
  const decisions = decisionsOf(verdict.judged);
  const body: Record<string, Json> = {
    route,
    at: time,
    uid,
    operation,
    dryRun,
    object: {
      group: text(kind.group),
      version: text(kind.version),
      kind: text(kind.kind),
      namespace: text(namespace ?? ''),
      name: text(name ?? nameIn(request)),
      subResource: text(subResource ?? ''),
    },
    user: text(user ?? ''),
    allowed: verdict.allowed,
    reason: verdict.reason,
    retry: verdict.retry,
    message: text(verdict.message, 4000),
    policies,
    images: verdict.judged.map(imageBody),
    decisions: bounded(decisions),
    patch: verdict.patch.map(({ op, path, value }) => ({ op, path, value })),
  };
  const id = digestOf(Buffer.from(canonicalJson(body, { depth: 24, bytes: 1 << 20 }, 'admission')));
  const workload = `${cluster}/${text(namespace ?? '')}/${text(kind.kind)}/${text(name ?? nameIn(request))}`.slice(
    0,
    1024,
  );
  return {
    id,
    entry: {
      kind: 'admission',
      time,
      subjects: subjectsOf(decisions),
      workload: workload.toWellFormed(),
      body: { ...body, id },
    },
  };
}

function imageBody({ place, image, judgement }: JudgedUse): Json {
  const shown = { place: text(place), image: text(image, 1024) };
  if (judgement.kind === 'undecided') {
    const { code, message, retry, mode } = judgement;
    return { ...shown, digest: judgement.digest ?? '', result: 'undecided', code, message: text(message), retry, mode };
  }
  const { digest, result, admitted, decisions } = judgement;
  return { ...shown, digest, result, admitted, decisions: decisions.map(({ id }) => id) };
}

function decisionsOf(judged: readonly JudgedUse[]): readonly Decision[] {
  const all = judged.flatMap(({ judgement }) => (judgement.kind === 'judged' ? judgement.decisions : []));
  return [...new Map(all.map((one) => [one.id, one])).values()];
}

function bounded(decisions: readonly Decision[]): Json {
  const full = JSON.stringify(decisions);
  if (full.length <= mostDecisions) return JSON.parse(full) as Json;
  return decisions
    .slice(0, mostSubjects)
    .map(({ id, at, image, result, mode }) => ({ id, at, image: { ...image }, result, mode }));
}

function subjectsOf(decisions: readonly Decision[]): readonly Digest[] {
  const manifests = decisions.map(({ image }) => image.manifest);
  const indexes = decisions.flatMap(({ image }) => (image.index === undefined ? [] : [image.index]));
  return [...new Set([...manifests, ...indexes])].slice(0, mostSubjects);
}

/** Pods that a controller makes have no name yet when they are judged. */
function nameIn({ object }: AdmissionRequest): string {
  const metadata = object !== undefined && Object.hasOwn(object, 'metadata') ? object['metadata'] : undefined;
  if (typeof metadata !== 'object' || metadata === null) return '';
  for (const key of ['name', 'generateName']) {
    const value: unknown = Object.hasOwn(metadata, key) ? (metadata as Record<string, unknown>)[key] : undefined;
    if (typeof value === 'string' && value !== '') return key === 'name' ? value : `${value}*`;
  }
  return '';
}

function text(value: string, most = 512): string {
  return oneLine(value, most);
}
