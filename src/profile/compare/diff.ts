import type { ExecutionProfile } from '../model.ts';
import { type Keyed, keyed, type Section } from './keyed.ts';

/** One entry that two profiles do not have alike. */
export interface Difference {
  readonly section: Section | 'subject' | 'rules' | 'aliases';
  readonly key: string;
  /** What the first allows; null = it does not have the entry. */
  readonly before: string | null;
  readonly after: string | null;
}

/** What the second profile allows otherwise than the first. How often and when it was seen is not compared. */
export function diffProfiles(one: ExecutionProfile, other: ExecutionProfile): readonly Difference[] {
  const differences: Difference[] = [];
  const note = (section: Difference['section'], key: string, before: string | null, after: string | null): void => {
    if (before !== after) differences.push({ section, key, before, after });
  };
  note('subject', 'subject', one.subject ?? null, other.subject ?? null);
  for (const rule of new Set([...one.rules, ...other.rules]))
    note('rules', rule, one.rules.includes(rule) ? 'used' : null, other.rules.includes(rule) ? 'used' : null);
  const [aliases, others] = [new Map(one.aliases), new Map(other.aliases)];
  for (const alias of new Set([...aliases.keys(), ...others.keys()]))
    note('aliases', alias, aliases.get(alias) ?? null, others.get(alias) ?? null);
  const before = byKey(keyed(one));
  const after = byKey(keyed(other));
  for (const [key, entry] of before) note(entry.section, entry.key, entry.allowed, after.get(key)?.allowed ?? null);
  for (const [key, entry] of after) if (!before.has(key)) note(entry.section, entry.key, null, entry.allowed);
  return differences;
}

function byKey(all: readonly Keyed[]): ReadonlyMap<string, Keyed> {
  return new Map(all.map((one) => [`${one.section} ${one.key}`, one]));
}
