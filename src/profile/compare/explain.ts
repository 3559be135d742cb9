import { type RuleName, rules } from '../generalise/rules.ts';
import type { ExecutionProfile } from '../model.ts';
import { type Keyed, keyed } from './keyed.ts';

export interface RuleExplained {
  readonly rule: RuleName;
  readonly what: string;
  readonly why: string;
  /** What it made in this profile. */
  readonly entries: readonly Keyed[];
}

/** Every rule that a profile used: what it does, why, and what came of it. */
export function explainRules(profile: ExecutionProfile): readonly RuleExplained[] {
  const all = keyed(profile);
  return profile.rules.map((rule) => ({
    rule,
    ...rules[rule],
    entries: all.filter((one) => one.seen?.rules.includes(rule) === true),
  }));
}
