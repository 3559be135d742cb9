import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import type { Bundle } from '../format/bundle.ts';
import type { Carrier, Evidence, RefusedEvidence } from '../model.ts';
import { parseStatement, statementPayloadType } from '../statement/parse.ts';
import { digestsOf, refuseOtherSubject } from '../statement/subject.ts';
import { predicateTypes } from '../statement/types.ts';
import { signedBytes } from '../verify/signature.ts';
import type { Trust } from '../verify/trust.ts';
import { verifyBundle } from '../verify/verify.ts';

/** Where something attached was found, and what its stored bytes are. */
export interface Found {
  readonly evidence: Digest;
  readonly carrier: Carrier;
  readonly subject: Digest;
}

/** Whether this failure is a word on what was read, rather than on the way to it or on how much there is. */
export function itsOwnFault(error: unknown): error is HoldfastError {
  if (!(error instanceof HoldfastError)) return false;
  return !error.code.startsWith('registry-') && !['source-unreadable', 'evidence-limit'].includes(error.code);
}

/**
 * Failures of the way to the registry are no word on the evidence: they leave, and the caller can't tell. All else that
 * is wrong with one attached thing is that thing's own fault, and must not hide the others.
 */
export function refused(found: Found, error: unknown, bundle?: Bundle): RefusedEvidence {
  if (!itsOwnFault(error)) throw error;
  const claims = bundle === undefined ? undefined : claimedType(bundle);
  return {
    kind: 'refused',
    ...found,
    code: error.code,
    message: error.message,
    ...(claims === undefined ? {} : { claims }),
  };
}

function claimedType({ content }: Bundle): string | undefined {
  if (content.kind !== 'dsse') return undefined;
  try {
    return parseStatement(content.payload, 'statement').predicateType;
  } catch {
    return undefined;
  }
}

/** Evidence of a signed envelope about `found.subject`. @throws HoldfastError as `verifyBundle`, `statement-malformed`, `subject-mismatch` */
export function judgeEnvelope(bundle: Bundle, found: Found, trust: Trust): Evidence {
  const { content } = bundle;
  const place = found.evidence;
  if (content.kind !== 'dsse' || content.payloadType !== statementPayloadType) {
    throw new HoldfastError('statement-malformed', 'it signs something that is not a statement about an image', {
      place,
    });
  }
  const signature = verifyBundle(bundle, signedBytes(content.payload), { foreignLogs: 'claim-nothing', ...trust });
  const statement = parseStatement(content.payload, place);
  const subject = refuseOtherSubject(statement, digestsOf(found.subject), place);
  if (statement.predicateType === predicateTypes.sign) {
    return { kind: 'signature', ...found, annotations: subject.annotations ?? {}, signatures: [signature] };
  }
  return { kind: 'attestation', ...found, statement, signatures: [signature] };
}
