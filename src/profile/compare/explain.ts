import { throughAliases } from '../alias.ts';
import { type RuleName, rules } from '../generalise/rules.ts';
import { PathTrie } from '../judge/trie.ts';
import type { ExecutionProfile, FileEntry } from '../model.ts';
import { isPlainPath } from '../pattern/index.ts';
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

/** Every entry that is about a path: as a program, or as a file by itself or by a pattern. Other names of it count. */
export function entriesAbout(profile: ExecutionProfile, path: string): readonly Keyed[] {
  const named = [path, throughAliases(profile.aliases, path)];
  const patterns = new Set(
    profile.files.filter((one) => named.some((name) => standsFor(one, name))).map((one) => one.pattern),
  );
  const starts = named.map((name) => `${name} by `);
  return keyed(profile).filter(
    ({ section, key }) =>
      (section === 'executables' && named.includes(key)) ||
      (section === 'processes' && starts.some((start) => key.startsWith(start))) ||
      (section === 'files' && patterns.has(key)),
  );
}

function standsFor(entry: FileEntry, path: string): boolean {
  if (!isPlainPath(path)) return false;
  const trie = new PathTrie();
  trie.add(entry);
  return trie.find(path, () => true) !== undefined;
}
