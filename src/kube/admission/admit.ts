import { codes } from '../../errors/index.ts';
import type { Judge, Judgement } from '../../policy/index.ts';
import {
  type AdmissionRequest,
  changedImages,
  type ImageUse,
  imagesOf,
  isMirrorPod,
  kindOfObject,
  type PatchOperation,
  ReviewFault,
} from '../review/index.ts';
import type { AdmissionReason } from './reasons.ts';
import { judgementSentence, knownSentence, pinnedImage, unpinnedSentence, whyDenied } from './sentences.ts';

export type Route = 'validate' | 'mutate';

export interface AdmitOptions {
  readonly judge: Pick<Judge, 'judge' | 'known'>;
  /** What `validate` does with a pod's image that is named by tag alone. */
  readonly unpinned: 'deny' | 'warn';
}

export interface JudgedUse extends ImageUse {
  readonly judgement: Judgement;
}

/** What is answered, before it is on record. */
export interface Verdict {
  readonly allowed: boolean;
  readonly reason: AdmissionReason;
  readonly message: string;
  readonly code: number;
  readonly retry: boolean;
  readonly warnings: readonly string[];
  readonly patch: readonly PatchOperation[];
  /** Changed images with their judgements; what did not change is not among them. */
  readonly judged: readonly JudgedUse[];
}

const plain = { code: 200, retry: false, warnings: [], patch: [], judged: [] } as const;

function allow(reason: AdmissionReason, message: string, warnings: readonly string[] = []): Verdict {
  return { ...plain, allowed: true, reason, message, warnings };
}

export function refuse(reason: AdmissionReason, message: string, code: number, retry = false): Verdict {
  return { ...plain, allowed: false, reason, message, code, retry };
}

/**
 * Whether an object may be stored, and how a pod's images are pinned. Objects that start nothing are allowed; of all others every
 * image that is new in them is judged. It waits as long as `signal` lets it, and never throws for what the request holds.
 */
export async function admit(
  request: AdmissionRequest,
  route: Route,
  options: AdmitOptions,
  signal: AbortSignal,
): Promise<Verdict> {
  const { operation, kind } = request;
  if (operation === 'DELETE' || operation === 'CONNECT')
    return allow('nothing-starts', `${operation} starts no container`);
  const found = kindOfObject(kind);
  if (found.holds === 'nothing') return allow('no-pods', `a ${kind.kind} holds no pods`);
  if (found.holds === 'unknown') {
    const named = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
    return refuse('kind-unknown', `admission-kind-unknown: ${named}. ${codes['admission-kind-unknown'].remedy}`, 403);
  }
  try {
    const { object, oldObject } = request;
    if (object === undefined) return refuse('malformed', 'admission-malformed: request.object: missing', 400);
    const uses = imagesOf(object, found.path);
    if (operation === 'UPDATE' && oldObject === undefined) {
      return refuse('malformed', 'admission-malformed: request.oldObject: missing', 400);
    }
    const before = operation === 'UPDATE' && oldObject !== undefined ? imagesOf(oldObject, found.path) : [];
    const changed = changedImages(uses, before);
    const known = uses
      .filter((use) => !changed.includes(use))
      .flatMap((use) => knownSentence(use, options.judge.known(use.image)));
    if (changed.length === 0) return allow('images-unchanged', 'no image is new in it', known);
    const judged = await judgeAll(changed, options.judge, signal);
    const pod = found.holds === 'pod' && !isMirrorPod(object);
    return concluded(
      judged,
      { pins: pod && route === 'mutate', unpinned: pod && route === 'validate' ? options.unpinned : undefined },
      known,
    );
  } catch (error) {
    if (error instanceof ReviewFault) return refuse('malformed', `admission-malformed: ${error.message}`, 400);
    throw error;
  }
}

/** Each image once, all at the same time. */
async function judgeAll(
  uses: readonly ImageUse[],
  judge: Pick<Judge, 'judge'>,
  signal: AbortSignal,
): Promise<readonly JudgedUse[]> {
  const asked = new Map<string, Promise<Judgement>>();
  for (const { image } of uses) if (!asked.has(image)) asked.set(image, judge.judge(image, signal));
  const judgements = new Map<string, Judgement>();
  for (const [image, judgement] of asked) judgements.set(image, await judgement);
  return uses.flatMap((use) => {
    const judgement = judgements.get(use.image);
    return judgement === undefined ? [] : [{ ...use, judgement }];
  });
}

interface Rules {
  readonly pins: boolean;
  readonly unpinned: AdmitOptions['unpinned'] | undefined;
}

function concluded(judged: readonly JudgedUse[], { pins, unpinned }: Rules, known: readonly string[]): Verdict {
  const denied: string[] = [];
  const warnings = [...known];
  let retry = judged.length > 0;
  let decided = false;
  for (const use of judged) {
    const why = whyDenied(use.judgement);
    if (why !== 'admitted') (why === 'warned' ? warnings : denied).push(judgementSentence(use));
    if (why === 'denied') decided = true;
    if (why === 'denied' || (why === 'undecided' && use.judgement.kind === 'undecided' && !use.judgement.retry))
      retry = false;
    if (unpinned === undefined || use.image.includes('@') || why === 'denied' || why === 'undecided') continue;
    const warns = unpinned === 'warn' || why === 'warned';
    (warns ? warnings : denied).push(unpinnedSentence(use));
    if (!warns) {
      decided = true;
      retry = false;
    }
  }
  if (denied.length > 0) {
    return {
      allowed: false,
      reason: decided ? 'images-denied' : 'images-undecided',
      message: `${retry ? 'retry: ' : ''}${denied.join(' | ')}`,
      code: retry ? 503 : 403,
      retry,
      warnings,
      patch: [],
      judged,
    };
  }
  const patch = pins ? judged.flatMap(pinOf) : [];
  return {
    ...plain,
    allowed: true,
    reason: 'images-admitted',
    message: 'every image is admitted',
    warnings,
    patch,
    judged,
  };
}

/** The digest that was judged, and no other. A digest that is there already stays as it is. */
function pinOf({ pointer, image, judgement }: JudgedUse): readonly PatchOperation[] {
  if (image.includes('@') || judgement.kind === 'undecided') return [];
  return [{ op: 'replace', path: pointer, value: pinnedImage(image, judgement.digest) }];
}
