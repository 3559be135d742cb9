/** What a check says of an image: `unknown` is not a yes. */
export type CheckStatus = 'pass' | 'fail' | 'unknown' | 'not-required';

export interface CheckCodeEntry {
  readonly status: CheckStatus;
  readonly meaning: string;
  readonly remedy: string;
}

const none = 'Nothing.';
const resign = 'Have the image signed or attested by whom the policy names, or correct the policy.';
const rebuild = 'Build and sign the image anew.';

/** Every code a check can have. A closed list; docs/policy.md is made from it, and a code never changes its meaning. */
export const checkCodes = {
  // what is well
  'evidence-trusted': {
    status: 'pass',
    meaning: 'There is evidence of this kind, and enough distinct parties that the policy trusts have signed it.',
    remedy: none,
  },
  'vulnerabilities-acceptable': {
    status: 'pass',
    meaning: 'No vulnerability that counts is above the threshold.',
    remedy: none,
  },
  'not-rolled-back': {
    status: 'pass',
    meaning: 'The image is not older than the policy allows.',
    remedy: none,
  },
  excepted: {
    status: 'pass',
    meaning: 'The check fails and a signed exception for this image lets it pass until it expires.',
    remedy: 'Mend the cause before the exception expires.',
  },
  'not-required': { status: 'not-required', meaning: 'The policy does not ask for it.', remedy: none },
  // the image itself
  'no-policy': {
    status: 'fail',
    meaning: 'No policy is about this image.',
    remedy: 'Add its name to `spec.images` of a policy; a policy for `**` is about all images.',
  },
  'index-unlisted': {
    status: 'fail',
    meaning: 'The index that was given does not list this platform manifest.',
    remedy: 'Use the index that the image really belongs to; if it comes back, the registry is not to be trusted.',
  },
  // who has signed
  'evidence-missing': {
    status: 'fail',
    meaning: 'There is no valid evidence of this kind about this image.',
    remedy: 'Make and attach it (`holdfast seal`), or look with `holdfast inspect` for what was refused and why.',
  },
  'party-untrusted': {
    status: 'fail',
    meaning: 'There is evidence of this kind, but nobody whom the policy names has signed it.',
    remedy: resign,
  },
  'claims-mismatch': {
    status: 'fail',
    meaning: 'The right identity signed, with a certificate that does not make the claims the policy asks for.',
    remedy: resign,
  },
  'key-not-begun': {
    status: 'fail',
    meaning: 'The key that signed is trusted only from a later time on.',
    remedy: 'Sign with a key that is in its window, or correct `notBefore`.',
  },
  'key-expired': {
    status: 'fail',
    meaning:
      'The key that signed is no longer trusted, and no log or timestamp shows that the signature was made in its window.',
    remedy: 'Sign with a key that is in its window; with a log or timestamp a signature outlives its key.',
  },
  'logs-too-few': {
    status: 'fail',
    meaning: 'The signature is in fewer distinct transparency logs than the authority asks for.',
    remedy: 'Sign with a transparency log, or set `logs` of the authority.',
  },
  'timestamps-too-few': {
    status: 'fail',
    meaning: 'Fewer distinct timestamp authorities have stamped the signature than the authority asks for.',
    remedy: 'Sign with a timestamp authority, or set `timestamps` of the authority.',
  },
  'threshold-unmet': {
    status: 'fail',
    meaning: 'Fewer distinct parties than the threshold have signed; a party counts once however often it signs.',
    remedy: resign,
  },
  'annotations-mismatch': {
    status: 'fail',
    meaning: 'The signature does not carry the annotations the policy asks for.',
    remedy: 'Sign with these annotations (`-a KEY=VALUE`).',
  },
  // what it says
  'predicate-malformed': {
    status: 'fail',
    meaning: 'The predicate does not have the shape of its type, so what the policy asks can not be read from it.',
    remedy: 'Make the attestation anew with a current tool.',
  },
  'condition-false': {
    status: 'fail',
    meaning: 'A condition of the policy is false for this predicate.',
    remedy: 'The reason says which condition; mend what it speaks of, or the condition.',
  },
  'condition-unevaluable': {
    status: 'fail',
    meaning:
      'A condition could not be evaluated on this predicate: a field is missing, of another type, or it costs too much.',
    remedy: 'Guard fields that may be missing with `has(…)`.',
  },
  'evidence-too-old': {
    status: 'fail',
    meaning: 'The evidence is older than `maxAge`.',
    remedy: 'Make it anew.',
  },
  'evidence-undated': {
    status: 'fail',
    meaning:
      'The policy sets `maxAge` and neither the predicate nor a log or timestamp says when the evidence was made.',
    remedy: 'Sign with a log or timestamp authority, or use a predicate that says its time.',
  },
  'builder-not-allowed': {
    status: 'fail',
    meaning: 'The provenance names a builder that the policy does not.',
    remedy: 'Build with an allowed builder, or add it to `provenance.builders`.',
  },
  'source-not-allowed': {
    status: 'fail',
    meaning: 'The provenance names no source, or one that the policy does not.',
    remedy: 'Build from an allowed repository, or add it to `provenance.sources`.',
  },
  'base-image-not-allowed': {
    status: 'fail',
    meaning: 'The image is built on a base that the policy does not allow.',
    remedy: 'Build on an allowed base, or add it to `baseImages.images`.',
  },
  'base-image-unknown': {
    status: 'fail',
    meaning: 'Neither provenance nor file manifest says which base the image is built on.',
    remedy: 'Seal the image with its base known (`holdfast seal`).',
  },
  'sbom-other-image': {
    status: 'fail',
    meaning: 'The SBOM itself says that it is about another digest.',
    remedy: 'Make the SBOM from this platform manifest.',
  },
  'hardened-intermediate': {
    status: 'fail',
    meaning: 'The digest is what hardening started from, or a step on the way, not its result.',
    remedy: 'Deploy the hardened digest.',
  },
  'hardening-untested': {
    status: 'fail',
    meaning: 'The hardening attestation does not say that functional tests ran on the result and all of them passed.',
    remedy: 'Harden again with a recipe that has tests (`holdfast harden --recipe`), and mend what fails.',
  },
  // vulnerabilities
  'vulnerability-above-threshold': {
    status: 'fail',
    meaning: 'A vulnerability that counts is worse than `maximum`.',
    remedy: 'Update the package and build anew, or have an exception signed for it.',
  },
  'vulnerability-exploited': {
    status: 'fail',
    meaning: 'A vulnerability is known to be exploited.',
    remedy: 'Update the package and build anew at once.',
  },
  'vulnerabilities-unavailable': {
    status: 'unknown',
    meaning: 'A source of vulnerabilities that the policy names is not there, or knows nothing of this image.',
    remedy: 'Wait until the image has been matched, or ask only for the sources there are.',
  },
  'exploited-unavailable': {
    status: 'unknown',
    meaning: 'The policy refuses what is known to be exploited and there is no catalogue to look in.',
    remedy: 'Give a catalogue of known exploited vulnerabilities.',
  },
  // roll-back
  'rolled-back': {
    status: 'fail',
    meaning: 'The image was released before the newest one seen under its name.',
    remedy: 'Deploy the newer image; to go back on purpose have an exception of kind rollBack signed.',
  },
  'older-than-allowed': {
    status: 'fail',
    meaning: 'The image was released before `rollBack.notBefore`.',
    remedy: rebuild,
  },
  'release-undated': {
    status: 'fail',
    meaning: 'Nothing signed says when the image was released, so it can not be told whether it is older.',
    remedy: 'Sign with a log or timestamp authority, or attach provenance.',
  },
  'seen-unavailable': {
    status: 'unknown',
    meaning: 'What was seen before is not known here, so it can not be told whether the image is older.',
    remedy: 'Decide with a store (`--store`).',
  },
} as const satisfies Record<string, CheckCodeEntry>;

export type CheckCode = keyof typeof checkCodes;

/** Why an exception is not used. Such an exception changes nothing, and is shown. */
export const exceptionCodes = {
  applied: { meaning: 'It lets a check pass that fails without it.', remedy: none },
  unused: {
    meaning: 'It is valid, and no check of the policy fails that it speaks of.',
    remedy: 'Withdraw it if it is no longer needed.',
  },
  'exceptions-not-allowed': {
    meaning: 'The policy takes no exceptions.',
    remedy: 'Set `spec.exceptions` of the policy.',
  },
  'exception-kind-not-allowed': {
    meaning: 'The policy takes no exceptions of this kind.',
    remedy: 'Add it to `exceptions.kinds`.',
  },
  'exception-untrusted': {
    meaning: 'Too few of those who may grant exceptions have signed it.',
    remedy: 'Have it signed by an authority of `exceptions.authorities`.',
  },
  'exception-other-image': {
    meaning: 'It is about another image or digest.',
    remedy: 'Have one signed for this name and digest.',
  },
  'exception-not-begun': {
    meaning: 'It holds from a later time on.',
    remedy: 'Wait, or have one signed that holds now.',
  },
  'exception-expired': { meaning: 'It has expired.', remedy: 'Mend the cause, or have a new one signed.' },
  'exception-too-long': {
    meaning: 'It would hold longer than `exceptions.maxDuration`.',
    remedy: 'Have one signed with `notBefore` and an earlier `expires`.',
  },
} as const satisfies Record<string, Omit<CheckCodeEntry, 'status'>>;

export type ExceptionCode = keyof typeof exceptionCodes;
