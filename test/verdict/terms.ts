import {
  type Because,
  type NonEmpty,
  type ReasonCode,
  reasons,
  type TermName,
  type Terms,
  type Word,
} from '../../src/verdict/index.ts';

/** Every state of every term, each with every one of its reasons alone and with all of them. */
export type AnyTerm = { readonly state: string; readonly reasons?: NonEmpty<Because<ReasonCode>> };

const good: Record<TermName, AnyTerm> = {
  identity: { state: 'good' },
  behaviour: { state: 'good' },
  provenance: { state: 'good' },
  exposure: { state: 'good' },
  coverage: { state: 'sufficient' },
};

const severities: readonly Exclude<Word, 'verified'>[] = ['drifted', 'exposed', 'unverified', 'unknown'];

export function codesOf(term: TermName, word: Word): ReasonCode[] {
  return (Object.keys(reasons) as ReasonCode[]).filter(
    (code) => reasons[code].term === term && reasons[code].word === word,
  );
}

/** All states of a term, worst first: what is later is better. */
export function statesOf(term: TermName): readonly { readonly word: Word; readonly term: AnyTerm }[] {
  const bad = severities.flatMap((word) => {
    const codes = codesOf(term, word);
    const [first, ...rest] = codes.map((code) => ({ code }));
    if (first === undefined) return [];
    const state = term === 'coverage' ? 'insufficient' : word;
    const all: AnyTerm = { state, reasons: [first, ...rest] };
    return [all, ...codes.map((code): AnyTerm => ({ state, reasons: [{ code }] }))].map((one) => ({ word, term: one }));
  });
  return [...bad, { word: 'verified', term: good[term] }];
}

/** The types forbid what this builds only where a state has reasons of another term, which `statesOf` never does. */
export function termsOf(parts: Record<TermName, AnyTerm>): Terms {
  return parts as unknown as Terms;
}
