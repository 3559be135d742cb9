import { codes } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import { denialSentence, isAdmitted, type Judged, type Judgement } from '../../policy/index.ts';
import type { ImageUse } from '../review/index.ts';

/** `warned`: it is not a yes, and the policies about the image only warn. */
export type Standing = 'admitted' | 'warned' | 'denied' | 'undecided';

export function whyDenied(judgement: Judgement): Standing {
  if (judgement.kind === 'undecided') return judgement.mode === 'warn' ? 'warned' : 'undecided';
  if (judgement.result === 'allow') return 'admitted';
  return judgement.admitted ? 'warned' : 'denied';
}

/** Image, check and remedy, for whoever made the object. */
export function judgementSentence({ place, image, judgement }: ImageUse & { readonly judgement: Judgement }): string {
  const at = `${image} (${place})`;
  if (judgement.kind === 'undecided') {
    const { code, message } = judgement;
    return `${at}: ${code}: ${message}. ${codes[code].remedy}`;
  }
  return `${at}: ${deniedSentence(judgement)}`;
}

function deniedSentence({ decisions }: Judged): string {
  const denied =
    decisions.find((decision) => !isAdmitted(decision)) ?? decisions.find(({ result }) => result === 'deny');
  return denied === undefined ? 'nothing was decided' : denialSentence(denied);
}

/** What is known by now of an image that was there before: only worth a warning. */
export function knownSentence(use: ImageUse, judged: Judged | undefined): readonly string[] {
  if (judged === undefined || judged.result === 'allow') return [];
  return [`it runs already and would not be admitted today: ${judgementSentence({ ...use, judgement: judged })}`];
}

export function unpinnedSentence({ place, image }: ImageUse): string {
  return `${image} (${place}): admission-unpinned: ${codes['admission-unpinned'].meaning} ${codes['admission-unpinned'].remedy}`;
}

/** The tag stays, for people: every runtime pulls by the digest behind it. */
export function pinnedImage(image: string, digest: Digest): string {
  return `${image}@${digest}`;
}
