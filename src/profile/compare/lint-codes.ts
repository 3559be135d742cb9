/** What `profile lint` finds: a closed list, in docs/profile.md. */
export const lintCodes = {
  'subject-missing': {
    meaning: 'The profile does not say of which image it is.',
    remedy: 'Record it of an image known by its platform manifest.',
  },
  'few-runs': {
    meaning: 'It was recorded in one run only.',
    remedy: 'Record at least two more: what the last one adds says how much is missing.',
  },
  'run-added-much': {
    meaning: 'The last run added more than one entry in fifty.',
    remedy: 'Record further runs, until one adds next to nothing.',
  },
  'coverage-lost': {
    meaning: 'The sensor lost events while it was recorded.',
    remedy: 'Record again with less load on the host; what was lost will be drift.',
  },
  'behaviour-omitted': {
    meaning: 'Something was seen that no entry allows, since its bytes or its path are not known.',
    remedy: 'Find out what it is; it will be drift each time.',
  },
  untested: {
    meaning: 'Neither its functional tests nor the attacks have been run against it.',
    remedy: 'Run `holdfast profile test`.',
  },
  'attack-missed': {
    meaning: 'Some of the shipped attacks were not told of.',
    remedy: 'See which: an entry of the profile is too wide.',
  },
  'false-drift': { meaning: 'Its own functional tests drifted.', remedy: 'Record them.' },
  'too-wide': {
    meaning: 'An entry allows nearly anything of its kind.',
    remedy: 'Replace it by what the service needs.',
  },
  'shell-any-arguments': {
    meaning: 'A shell or interpreter may run with any arguments: whoever can start it can do what it can.',
    remedy: 'Call the program itself, or a script of the image.',
  },
  'code-outside-image': {
    meaning: 'Bytes that are not the image’s may run.',
    remedy: 'Put the program into the image.',
  },
  'parent-unknown': {
    meaning: 'A program was recorded without its parent, and so any may start it.',
    remedy: 'Record from the container’s start on, so that every parent is seen.',
  },
  unpinned: {
    meaning: 'A program is known by path only as the image’s own; no digest stands for it.',
    remedy: 'Record with hashing of the files that run, which is the default.',
  },
  'without-rule': {
    meaning: 'A pattern that no rule made, or an entry never seen and from no rule: somebody wrote it.',
    remedy: 'See that it is what the service needs; nothing else vouches for it.',
  },
  'rule-unused': { meaning: 'A rule is listed that made no entry.', remedy: 'Make the profile again.' },
  covered: {
    meaning: 'An entry allows only what a wider one allows too.',
    remedy: 'Nothing has to be done; merging recordings instead of profiles avoids it.',
  },
  'seen-once': {
    meaning: 'Entries were seen in one of several runs only.',
    remedy: 'See that they belong to the service and not to one test.',
  },
  large: {
    meaning: 'The document is larger than an ordinary service’s.',
    remedy: 'See which directories take the room (`profile show`).',
  },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>;

export type LintCode = keyof typeof lintCodes;
