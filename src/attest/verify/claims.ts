import type { ASN1Obj } from '@sigstore/core';
import { HoldfastError } from '../../errors/index.ts';
import type { Party } from '../model.ts';
import type { Certificate } from './x509.ts';

const fulcio = '1.3.6.1.4.1.57264.1';
const subjectAlternativeName = '2.5.29.17';

/** Fulcio's claims as its docs/oid-info.md names them: `.1.1` to `.1.7` are raw text, those after are DER UTF8Strings. */
const names: Readonly<Record<string, string>> = {
  2: 'githubWorkflowTrigger',
  3: 'githubWorkflowSHA',
  4: 'githubWorkflowName',
  5: 'githubWorkflowRepository',
  6: 'githubWorkflowRef',
  9: 'buildSignerURI',
  10: 'buildSignerDigest',
  11: 'runnerEnvironment',
  12: 'sourceRepositoryURI',
  13: 'sourceRepositoryDigest',
  14: 'sourceRepositoryRef',
  15: 'sourceRepositoryIdentifier',
  16: 'sourceRepositoryOwnerURI',
  17: 'sourceRepositoryOwnerIdentifier',
  18: 'buildConfigURI',
  19: 'buildConfigDigest',
  20: 'buildTrigger',
  21: 'runInvocationURI',
  22: 'sourceRepositoryVisibilityAtSigning',
};

function refuse(message: string): HoldfastError {
  return new HoldfastError('certificate-invalid', message, { place: 'signing certificate' });
}

/** Text of a certificate as bytes say it; what is not UTF-8 or holds a NUL would read differently elsewhere. */
function textOf(bytes: Uint8Array, what: string): string {
  const text = Buffer.from(bytes).toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(bytes) || text.includes('\0')) throw refuse(`${what} is not text`);
  return text;
}

function extension(certificate: Certificate, oid: string): ASN1Obj | undefined {
  return certificate.parsed.extensions.find((found) => found.subs[0]?.toOID() === oid)?.subs.at(-1);
}

function claim(certificate: Certificate, number: number): string | undefined {
  const value = extension(certificate, `${fulcio}.${number}`);
  if (value === undefined) return undefined;
  if (number < 8) return textOf(value.value, `claim ${number}`);
  const [inner] = value.subs;
  // 0x0c = UTF8String
  if (value.subs.length !== 1 || inner?.value === undefined || value.value[0] !== 0x0c) {
    throw refuse(`claim ${number} is not a UTF8String`);
  }
  return textOf(inner.value, `claim ${number}`);
}

function issuerOf(certificate: Certificate): string {
  const older = claim(certificate, 1);
  const newer = claim(certificate, 8);
  const issuer = newer ?? older;
  if (issuer === undefined || issuer === '') throw refuse('it names no OIDC issuer');
  if (older !== undefined && older !== issuer) throw refuse('its two claims of the OIDC issuer differ');
  return issuer;
}

/** otherName: SEQUENCE { OID, [0] EXPLICIT UTF8String } with Fulcio's `.1.7`, the user name (oid-info.md). */
function otherName(name: ASN1Obj): string {
  const [oid, wrapped] = name.subs;
  const text = wrapped?.subs[0];
  if (oid?.toOID() !== `${fulcio}.7` || text === undefined) throw refuse('its identity is of an unknown kind');
  const user = textOf(text.value, 'its identity');
  if (user === '') throw refuse('its identity is empty');
  return user;
}

function identityOf(certificate: Certificate): {
  readonly identity: string;
  readonly identityType: 'email' | 'uri' | 'other';
} {
  const [list] = extension(certificate, subjectAlternativeName)?.subs ?? [];
  const [name, second] = list?.subs ?? [];
  // Which of two would be the identity? Nobody may choose.
  if (name === undefined || second !== undefined) throw refuse('it names not exactly one identity');
  if (name.tag.isContextSpecific(0)) return { identity: otherName(name), identityType: 'other' };
  const text = textOf(name.value, 'its identity');
  // IA5String: a look-alike in another script can't be one.
  if (text === '' || /[^\x21-\x7e]/.test(text)) throw refuse('its identity is not printable ASCII');
  if (name.tag.isContextSpecific(1)) return { identity: text, identityType: 'email' };
  if (name.tag.isContextSpecific(6)) return { identity: text, identityType: 'uri' };
  throw refuse('its identity is of an unknown kind');
}

/** Whom the certificate authority says it gave the certificate to. @throws HoldfastError `certificate-invalid` */
export function partyOf(certificate: Certificate): Party & { readonly kind: 'certificate' } {
  try {
    const claims = Object.entries(names).flatMap(([number, name]) => {
      const value = claim(certificate, Number(number));
      return value === undefined ? [] : [[name, value] as const];
    });
    return {
      kind: 'certificate',
      issuer: issuerOf(certificate),
      ...identityOf(certificate),
      claims: Object.fromEntries(claims),
    };
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    throw refuse(`its extensions can not be read: ${(cause as Error).message}`);
  }
}
