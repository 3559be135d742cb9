import type { Code } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import type { Decision } from '../decision.ts';
import type { ImageName } from '../images/name.ts';

/** An image that was looked at, decided about once for each platform that may run. */
export interface Judged {
  readonly kind: 'judged';
  readonly name?: ImageName;
  /** What the reference stood for: the index where there is one, else the platform manifest. */
  readonly digest: Digest;
  /** Never empty; in the index's order. */
  readonly decisions: readonly Decision[];
  /** What the policies say: allow only if it is allowed on every platform. */
  readonly result: 'allow' | 'deny';
  /** Whether it may run: allowed, or denied by policies that only warn. */
  readonly admitted: boolean;
}

/** Nothing is known that would be an answer. Never a yes. */
export interface Undecided {
  readonly kind: 'undecided';
  readonly name?: ImageName;
  readonly digest?: Digest;
  readonly code: Code;
  readonly message: string;
  /** Asked again it may be known: the work goes on, or the registry may be back. */
  readonly retry: boolean;
  /** `warn`: there are policies about the image, and all of them only warn. */
  readonly mode: 'enforce' | 'warn';
}

export type Judgement = Judged | Undecided;
