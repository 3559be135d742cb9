/**
 * Every reason a verdict can give: the term it speaks of, the word it leads to, a sentence for people and what to
 * do. A closed list: `docs/verdicts.md` is made from it, and the types of the terms are derived from it, so that a
 * reason can't stand under a term or a state it does not belong to.
 */
export const reasons = {
  // identity: are the bytes that run the bytes of the image?
  'file-drifted': {
    term: 'identity',
    word: 'drifted',
    sentence: 'A file ran or was loaded whose bytes are not the image’s.',
    remedy:
      'Read the findings (`holdfast explain FINDING`); replace the container, and keep it for a look if you did not expect this.',
  },
  'image-unknown': {
    term: 'identity',
    word: 'unknown',
    sentence: 'Which image this container runs can’t be told.',
    remedy: 'Deploy it by digest from an image that the node’s containerd knows.',
  },
  'image-ambiguous': {
    term: 'identity',
    word: 'unknown',
    sentence: 'Only the config digest is known and several manifests hold it.',
    remedy: 'Deploy by manifest digest, so that the image has one name.',
  },
  'layers-discarded': {
    term: 'identity',
    word: 'unknown',
    sentence: 'The image’s layers are no longer in the content store, so there is nothing to compare with.',
    remedy: 'Set `discard_unpacked_layers = false` in containerd, or pull the image again.',
  },
  'contents-pending': {
    term: 'identity',
    word: 'unknown',
    sentence: 'The image is still being read.',
    remedy: 'Wait: it is read once per digest.',
  },
  'contents-unreadable': {
    term: 'identity',
    word: 'unknown',
    sentence: 'The image could not be read to the end.',
    remedy: 'See the error beside it; `holdfast contents` on the image shows it again.',
  },
  'runtime-unreachable': {
    term: 'identity',
    word: 'unknown',
    sentence: 'containerd does not answer, so the container’s image can’t be looked up.',
    remedy: 'Check containerd and the --containerd socket; Holdfast connects again by itself.',
  },
  'file-not-hashed': {
    term: 'identity',
    word: 'unknown',
    sentence: 'A file ran or was loaded that could not be hashed: too large, too slow to read, or gone.',
    remedy: 'See the observation; raise the sensor’s size or time limit if such files are normal here.',
  },

  // behaviour: does it stay inside the signed profile?
  'behaviour-drifted': {
    term: 'behaviour',
    word: 'drifted',
    sentence: 'The container did something its signed profile does not allow.',
    remedy: 'Read the findings; amend the profile if it was right, else replace the container.',
  },
  'behaviour-not-checked': {
    term: 'behaviour',
    word: 'unverified',
    sentence: 'No policy was given, so no execution profile was looked for.',
    remedy: 'Give `holdfast watch` a policy: `--policy FILE`.',
  },
  'no-signed-profile': {
    term: 'behaviour',
    word: 'unverified',
    sentence: 'There is no signed execution profile for this image.',
    remedy: 'Record and sign a profile in CI and attach it to the image.',
  },
  'profile-refused': {
    term: 'behaviour',
    word: 'unverified',
    sentence: 'The execution profile that hangs on the image is not to be used.',
    remedy:
      'See the code beside it: sign the profile as the policy asks, or record it again; the container stays watched.',
  },
  'profile-pending': {
    term: 'behaviour',
    word: 'unknown',
    sentence:
      'The image’s execution profile is still being looked for; what the container does meanwhile is judged then.',
    remedy: 'Wait: it is looked for once per digest.',
  },
  'profile-unavailable': {
    term: 'behaviour',
    word: 'unknown',
    sentence: 'It could not be told whether there is a signed execution profile.',
    remedy: 'See the detail; it is tried again by itself.',
  },
  'behaviour-not-judged': {
    term: 'behaviour',
    word: 'unknown',
    sentence:
      'Some of what the container did could not be judged: its bytes could not be told, or it was too much at once.',
    remedy:
      'See identity’s reasons for the files; restart the container where it did too much before its profile was there.',
  },

  // provenance: is the evidence of its making still valid under today's policy and keys?
  'provenance-not-checked': {
    term: 'provenance',
    word: 'unverified',
    sentence: 'Signatures and provenance of this image were not checked.',
    remedy: 'Give `holdfast watch` a policy: `--policy FILE`.',
  },
  'provenance-refused': {
    term: 'provenance',
    word: 'unverified',
    sentence: 'The image’s evidence does not satisfy today’s policy.',
    remedy: 'See the decision’s checks; sign the image as the policy asks, or correct the policy.',
  },
  'provenance-pending': {
    term: 'provenance',
    word: 'unknown',
    sentence: 'The image’s evidence is still being looked for.',
    remedy: 'Wait: it is judged once per digest, and again when something changes.',
  },
  'provenance-unavailable': {
    term: 'provenance',
    word: 'unknown',
    sentence: 'The image’s evidence could not be fetched or judged.',
    remedy: 'See the detail; `holdfast verify` with the same policy asks the same. It is tried again by itself.',
  },
  'provenance-ambiguous': {
    term: 'provenance',
    word: 'unknown',
    sentence: 'The running image has no one manifest digest, so no evidence can be tied to it.',
    remedy: 'Deploy by manifest digest.',
  },

  // exposure: is there an open exposure above the threshold?
  'package-exposed': {
    term: 'exposure',
    word: 'exposed',
    sentence: 'A package that is loaded here has a known vulnerability above the threshold.',
    remedy: 'Rebuild the image with the fixed version and roll it out.',
  },
  'advisories-not-checked': {
    term: 'exposure',
    word: 'unverified',
    sentence: 'No advisories were matched against what is loaded here.',
    remedy: 'This version can’t match them yet.',
  },
  'advisories-stale': {
    term: 'exposure',
    word: 'unknown',
    sentence: 'The advisories are older than the policy allows.',
    remedy: 'Let Holdfast reach its advisory feeds, or load a fresh copy.',
  },

  // coverage: did the sensor see enough to say so?
  'older-than-agent': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'The container ran before Holdfast watched it.',
    remedy: 'Restart the container while Holdfast runs.',
  },
  'mark-late': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'The sensor came after the container’s first exec; what ran before was not seen.',
    remedy: 'Restart the container; if this comes often, the node is short of CPU at container starts.',
  },
  'mark-failed': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'The container’s files, or those of one of its volumes, can’t be watched.',
    remedy: 'See the detail, and `holdfast doctor` for what this host can show.',
  },
  'events-lost': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'Events of this container were lost and could not be read again another way.',
    remedy: 'See which queue lost them; fewer containers to a node or a larger queue help.',
  },
  'limit-reached': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'The container did more different things than the sensor remembers.',
    remedy: 'See which limit; a container that makes new programs or files all the time is worth a look.',
  },
  'not-watched': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'The agent or the sensor was down for a while as the container ran.',
    remedy: 'Restart the container; find out in the log why Holdfast stopped.',
  },
  'kernel-blind': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'This kernel can’t show something that a verdict needs.',
    remedy: '`holdfast doctor` says what is missing and what would bring it.',
  },
  'no-containers': {
    term: 'coverage',
    word: 'unknown',
    sentence: 'The workload has no container that was seen.',
    remedy: 'Check that it runs on a node that Holdfast watches.',
  },
} as const satisfies Record<string, ReasonEntry>;

export const termNames = ['identity', 'behaviour', 'provenance', 'exposure', 'coverage'] as const;
export type TermName = (typeof termNames)[number];

/** Worst first: the word of a verdict is the first that holds. */
export const words = ['drifted', 'exposed', 'unverified', 'unknown', 'verified'] as const;
export type Word = (typeof words)[number];

export interface ReasonEntry {
  readonly term: TermName;
  readonly word: Exclude<Word, 'verified'>;
  readonly sentence: string;
  readonly remedy: string;
}

export type ReasonCode = keyof typeof reasons;

/** The reasons that can stand under one term and lead to one word. */
export type ReasonFor<Term extends TermName, W extends Word> = {
  [Code in ReasonCode]: (typeof reasons)[Code] extends { readonly term: Term; readonly word: W } ? Code : never;
}[ReasonCode];
