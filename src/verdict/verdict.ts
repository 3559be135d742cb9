import { type ReasonCode, reasons, type TermName, termNames, type Word, words } from './reasons.ts';
import type { Because, Terms } from './terms.ts';

export interface Reason extends Because<ReasonCode> {
  readonly term: TermName;
  readonly word: Exclude<Word, 'verified'>;
  /** In a workload's verdict: whose reason it is. */
  readonly container?: string;
}

/** Computed, never set. `verified` has no reasons, every other word has at least one of its own. */
export interface Verdict {
  readonly word: Word;
  /** All of them, worst first, then in the order of the terms. */
  readonly reasons: readonly Reason[];
}

/** The five terms as one word: the first that holds of drifted, exposed, unverified, unknown, verified. */
export function verdict(terms: Terms): Verdict {
  return conclude(termNames.flatMap((name) => reasonsOf(name, terms)));
}

/** A workload takes its worst container's word. With no container there is nothing that was seen: `unknown`. */
export function workloadVerdict(
  containers: readonly { readonly container: string; readonly verdict: Verdict }[],
): Verdict {
  if (containers.length === 0) return conclude([reason({ code: 'no-containers' })]);
  return conclude(
    containers.flatMap(({ container, verdict: { reasons: list } }) => list.map((one) => ({ ...one, container }))),
  );
}

/** The worse of two words. */
export function worseWord(one: Word, other: Word): Word {
  return rank(one) <= rank(other) ? one : other;
}

function conclude(list: readonly Reason[]): Verdict {
  const sorted = list.toSorted((one, other) => rank(one.word) - rank(other.word));
  return { word: sorted[0]?.word ?? 'verified', reasons: sorted };
}

function reasonsOf(name: TermName, terms: Terms): readonly Reason[] {
  const term = terms[name];
  switch (term.state) {
    case 'good':
    case 'sufficient':
      return [];
    case 'drifted': {
      const unknown = 'unknown' in term ? (term.unknown ?? []) : [];
      return [...term.reasons, ...unknown].map(reason);
    }
    case 'exposed':
    case 'unverified':
    case 'unknown':
    case 'insufficient':
      return term.reasons.map(reason);
    default:
      return term satisfies never;
  }
}

function reason(because: Because<ReasonCode>): Reason {
  const { term, word } = reasons[because.code];
  return { ...because, term, word };
}

function rank(word: Word): number {
  return words.indexOf(word);
}
