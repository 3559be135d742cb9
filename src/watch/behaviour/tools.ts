import type * as profile from '../../profile/index.ts';

/**
 * What judges behaviour. It is given together with a policy, so that an agent without one does not hold schemas and
 * policies in memory.
 */
export type BehaviourTools = Pick<
  typeof profile,
  'compileProfile' | 'formatAmendment' | 'judgeObservation' | 'readProfileValue'
>;
