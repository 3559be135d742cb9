import type { ReasonFor, TermName, Word } from './reasons.ts';

export type NonEmpty<T> = readonly [T, ...T[]];

/** A reason, with what it is about where that is known: findings by id, a count, a window of time, an error. */
export interface Because<Code extends string> {
  readonly code: Code;
  readonly detail?: string;
  /** Ids of the findings or exposures. */
  readonly findings?: readonly string[];
}

type List<Term extends TermName, W extends Word> = NonEmpty<Because<ReasonFor<Term, W>>>;

/** Are the bytes that run the bytes of the image? `drifted` may have unknowns beside it: all are said. */
export type Identity =
  | { readonly state: 'good' }
  | {
      readonly state: 'drifted';
      readonly reasons: List<'identity', 'drifted'>;
      readonly unknown?: List<'identity', 'unknown'>;
    }
  | { readonly state: 'unknown'; readonly reasons: List<'identity', 'unknown'> };

/** Does it stay inside the signed profile? */
export type Behaviour =
  | { readonly state: 'good' }
  | { readonly state: 'drifted'; readonly reasons: List<'behaviour', 'drifted'> }
  | { readonly state: 'unverified'; readonly reasons: List<'behaviour', 'unverified'> }
  | { readonly state: 'unknown'; readonly reasons: List<'behaviour', 'unknown'> };

/** Is its provenance valid under today's policy and keys? */
export type Provenance =
  | { readonly state: 'good' }
  | { readonly state: 'unverified'; readonly reasons: List<'provenance', 'unverified'> }
  | { readonly state: 'unknown'; readonly reasons: List<'provenance', 'unknown'> };

/** Is there no open exposure above the threshold? */
export type Exposure =
  | { readonly state: 'good' }
  | { readonly state: 'exposed'; readonly reasons: List<'exposure', 'exposed'> }
  | { readonly state: 'unverified'; readonly reasons: List<'exposure', 'unverified'> }
  | { readonly state: 'unknown'; readonly reasons: List<'exposure', 'unknown'> };

/** Did the sensor see enough? Absence of events is no proof unless this says so. */
export type Coverage =
  | { readonly state: 'sufficient' }
  | { readonly state: 'insufficient'; readonly reasons: List<'coverage', 'unknown'> };

export interface Terms {
  readonly identity: Identity;
  readonly behaviour: Behaviour;
  readonly provenance: Provenance;
  readonly exposure: Exposure;
  readonly coverage: Coverage;
}

/** The three terms that nothing can judge yet; `verified` is out of reach until something does. */
export const notYetJudged = {
  behaviour: { state: 'unverified', reasons: [{ code: 'behaviour-not-checked' }] },
  provenance: { state: 'unverified', reasons: [{ code: 'provenance-not-checked' }] },
  exposure: { state: 'unverified', reasons: [{ code: 'advisories-not-checked' }] },
} as const satisfies Pick<Terms, 'behaviour' | 'provenance' | 'exposure'>;
