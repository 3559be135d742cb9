import { type Code, HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import { type ImageName } from '../images/name.ts';
import { matchesImage } from '../images/pattern.ts';
import { clipped } from '../trust/miss.ts';
import type { Undecided } from './judgement.ts';
import type { PolicySet } from './policy-set.ts';

/** What another moment may mend. Everything else stays as it is until somebody does something. */
const passing: readonly Code[] = [
  'registry-unreachable',
  'registry-throttled',
  'verification-pending',
  'verification-overloaded',
];

interface About {
  readonly name?: ImageName;
  readonly digest?: Digest;
  readonly policies: PolicySet;
  /** Whoever asked has no time left. */
  readonly late: boolean;
}

/** Why there is no answer. What is no error of ours is a fault of ours, and no yes either. */
export function undecided(error: unknown, { name, digest, policies, late }: About): Undecided {
  const { code, message } = failureOf(error, late);
  return {
    kind: 'undecided',
    ...(name === undefined ? {} : { name }),
    ...(digest === undefined ? {} : { digest }),
    code,
    message: clipped(message),
    retry: passing.includes(code),
    mode: modeFor(name, policies),
  };
}

function failureOf(error: unknown, late: boolean): { readonly code: Code; readonly message: string } {
  if (error instanceof HoldfastError) {
    const { code, message, place } = error;
    return { code, message: place === undefined ? message : `${message} (${place})` };
  }
  const stopped = error instanceof DOMException && (error.name === 'TimeoutError' || error.name === 'AbortError');
  if (late || stopped) return { code: 'verification-pending', message: 'it is still being verified' };
  return { code: 'internal', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

function modeFor(name: ImageName | undefined, { policies }: PolicySet): Undecided['mode'] {
  if (name === undefined) return 'enforce';
  const about = policies.filter(({ images }) => images.some((pattern) => matchesImage(pattern, name)));
  return about.length > 0 && about.every(({ spec }) => spec.admission.mode === 'warn') ? 'warn' : 'enforce';
}
