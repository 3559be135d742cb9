import { HoldfastError } from '../../errors/index.ts';
import type { Bundle } from '../format/bundle.ts';
import type { TrustedRoot } from '../format/trusted-root.ts';
import { attestLimits } from '../limits.ts';
import type { VerifiedSignature } from '../model.ts';
import { pathTo } from './chain.ts';
import { partyOf } from './claims.ts';
import { refuseUnbound } from './entry-body.ts';
import { logOf, refuseOutsideValidity, type VerifiedEntry, verifyEntries } from './log.ts';
import { certificateLogs } from './sct.ts';
import { type Signed, verifySignature } from './signature.ts';
import { type SignedContent, signedBy } from './signed-content.ts';
import { type VerifiedTime, verifyTimestamps } from './timestamp.ts';
import type { Trust, TrustedKey } from './trust.ts';
import { type Certificate, codeSigning, purposesOf, readCertificate } from './x509.ts';

type Material = Bundle['material'];

/** What the witnesses of one signature say, all of it verified. */
interface Witnessed {
  readonly entries: readonly VerifiedEntry[];
  readonly stamps: readonly VerifiedTime[];
  /** Milliseconds since 1970; every one must be inside the signer's validity. */
  readonly times: readonly number[];
}

const nothing: Witnessed = { entries: [], stamps: [], times: [] };

function witnessed(bundle: Bundle, root: TrustedRoot): Witnessed {
  const stamps = verifyTimestamps(bundle.timestamps, bundle.content.signature, root);
  const entries = verifyEntries(bundle.logEntries, root);
  const times = [
    ...stamps.map(({ time }) => time),
    ...entries.flatMap(({ time }) => (time === undefined ? [] : [time])),
  ];
  refuseOutsideValidity(entries, times);
  return { entries, stamps, times };
}

function refuseUnsigned(content: SignedContent): void {
  if (verifySignature(content.key, content.signed, content.signature, content.hash)) return;
  throw new HoldfastError('signature-invalid', 'the signature is not one of this content by this key', {
    place: 'signature',
  });
}

function distinctLogs(entries: readonly VerifiedEntry[]): number {
  return new Set(entries.map(({ log }) => log.id.toString('hex'))).size;
}

function refuseUnlogged(entries: readonly VerifiedEntry[], minimum: number): void {
  if (distinctLogs(entries) >= minimum) return;
  throw new HoldfastError(
    'log-entry-missing',
    `in ${distinctLogs(entries)} distinct logs of the ${minimum} asked for`,
    {
      place: 'transparency log',
    },
  );
}

function rfc3339(time: number): string {
  return new Date(time).toISOString();
}

function signatureOf(
  party: VerifiedSignature['party'],
  { entries, stamps }: Witnessed,
  root: TrustedRoot | undefined,
): VerifiedSignature {
  return {
    party,
    logs: entries.map(({ entry, log, time }) => ({
      log: log.id.toString('hex'),
      // The promise signs the entry's own index; a proof is about the position in its tree.
      index: String(time === undefined && entry.proof !== undefined ? entry.proof.index : entry.index),
      ...(time === undefined ? {} : { time: rfc3339(time) }),
    })),
    timestamps: stamps.map(({ authority, time }) => ({ authority, time: rfc3339(time) })),
    ...(root === undefined ? {} : { root: root.digest }),
  };
}

function certificateFault(message: string): HoldfastError {
  return new HoldfastError('certificate-invalid', message, { place: 'signing certificate' });
}

/** The library reads some of a certificate only when it is asked, and then ends with errors of its own. */
function typed<T>(verify: () => T): T {
  try {
    return verify();
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause;
    const message = `it can not be read: ${(cause as Error).message}`;
    throw new HoldfastError('certificate-invalid', message, { place: 'certificates of the bundle', cause });
  }
}

/** Fulcio's profile of a signing certificate: for code signing, for signatures, and not an authority itself. */
function refuseProfile(leaf: Certificate, others: readonly Buffer[]): void {
  if (leaf.openssl.ca) throw certificateFault('it is a certificate authority');
  if (purposesOf(leaf)?.includes(codeSigning) !== true) throw certificateFault('it is not for code signing');
  if (leaf.parsed.extKeyUsage?.digitalSignature !== true) throw certificateFault('its key is not for signatures');
  for (const der of others) {
    const { openssl } = readCertificate(der, 'certificate-invalid', 'certificate chain');
    // A bundle that brings its own root asks to be believed because it says so (sigstore_bundle.proto, X509CertificateChain).
    if (openssl.checkIssued(openssl)) throw certificateFault('the bundle brings a root certificate');
  }
}

/** The verified path that holds at every one of the times; its second certificate is the true issuer. */
function issuerAt(leaf: Certificate, times: readonly number[], root: TrustedRoot): Certificate {
  let issuer: Certificate | undefined;
  for (const time of times) {
    const path = root.certificateAuthorities
      .map((authority) => pathTo(authority, leaf, time, codeSigning))
      .find((found) => found !== undefined);
    if (path === undefined) {
      const inside = leaf.notBefore <= time && time <= leaf.notAfter;
      throw inside
        ? certificateFault(`no trusted authority issued it that was valid at ${rfc3339(time)}`)
        : new HoldfastError('certificate-expired', `signed at ${rfc3339(time)}, outside its validity`, {
            place: 'signing certificate',
          });
    }
    issuer = path[1];
  }
  if (issuer !== undefined) return issuer;
  throw new HoldfastError('timestamp-missing', 'nobody vouches for the time of the signature', { place: 'signature' });
}

function verifyByCertificate(
  bundle: Bundle,
  material: Material & { readonly kind: 'certificate' },
  signed: Signed,
  root: TrustedRoot,
  minimumLogs: number,
): VerifiedSignature {
  const leaf = readCertificate(material.leaf, 'certificate-invalid', 'signing certificate');
  refuseProfile(leaf, material.others);
  const seen = witnessed(bundle, root);
  const issuer = issuerAt(leaf, seen.times, root);
  if (certificateLogs(leaf, issuer, root.certificateLogs).size === 0) {
    throw certificateFault('no trusted certificate log vouches for it');
  }
  const content = contentOf(bundle, signed, { key: leaf.key, certificate: material.leaf });
  for (const { entry } of seen.entries) refuseUnbound(entry, content);
  refuseUnsigned(content);
  refuseUnlogged(seen.entries, minimumLogs);
  return signatureOf(partyOf(leaf), seen, root);
}

function contentOf({ content }: Bundle, signed: Signed, by: Pick<SignedContent, 'key' | 'certificate'>): SignedContent {
  return {
    ...by,
    signed,
    signature: content.signature,
    ...(content.kind === 'dsse' ? { envelope: content } : {}),
    ...(content.kind === 'message' && content.digest !== undefined ? { hash: content.digest.algorithm } : {}),
  };
}

/** A key with a window counts at the times that were signed over; where there is none, now. */
function refuseOutsideWindow({ notBefore, notAfter }: TrustedKey, times: readonly number[], now: number): void {
  for (const time of times.length === 0 ? [now] : times) {
    if (time < (notBefore ?? Number.NEGATIVE_INFINITY) || time > (notAfter ?? Number.POSITIVE_INFINITY)) {
      throw new HoldfastError('key-window', `signed at ${rfc3339(time)}, outside the key's window`, { place: 'key' });
    }
  }
}

function verifyByKey(
  bundle: Bundle,
  signed: Signed,
  trusted: TrustedKey,
  root: TrustedRoot | undefined,
  options: { readonly minimumLogs: number; readonly now: number },
): VerifiedSignature {
  const content = contentOf(bundle, signed, { key: trusted.key });
  refuseUnsigned(content);
  // Without a root nothing about logs and timestamps can be known, so nothing is claimed of them.
  const seen = root === undefined ? nothing : witnessed(bundle, root);
  for (const { entry } of seen.entries) refuseUnbound(entry, content);
  refuseUnlogged(seen.entries, options.minimumLogs);
  refuseOutsideWindow(trusted, seen.times, options.now);
  return signatureOf({ kind: 'key', key: trusted.id }, seen, root);
}

/** The first that succeeds; else the failure of the first that got furthest: others say only that they did not fit. */
function firstOf<T, R>(candidates: readonly T[], attempt: (candidate: T) => R, none: () => HoldfastError): R {
  let failure: HoldfastError | undefined;
  for (const candidate of candidates) {
    try {
      return attempt(candidate);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      if (failure === undefined || failure.code === 'signature-invalid') failure = error;
    }
  }
  throw failure ?? none();
}

/** Under which roots the witnesses of a signature by key are looked at; undefined = they are not, and nothing is claimed. */
function rootsForKey(bundle: Bundle, trust: Trust): readonly (TrustedRoot | undefined)[] {
  const foreign = !bundle.logEntries.some((entry) => trust.roots.some((root) => logOf(entry, root) !== undefined));
  const ignored = foreign && bundle.logEntries.length > 0 && trust.foreignLogs === 'claim-nothing';
  return trust.roots.length === 0 || ignored ? [undefined] : trust.roots;
}

/**
 * Verifies a bundle's one signature over `artifact` (for an envelope: over its own payload) and all that vouches for it:
 * whatever the bundle carries must hold, nothing is skipped because something else was enough.
 * @throws HoldfastError `signature-invalid`, `certificate-invalid`, `certificate-expired`, `log-entry-invalid`,
 *   `log-entry-unbound`, `log-entry-missing`, `timestamp-invalid`, `timestamp-missing`, `signer-unknown`, `key-window`,
 *   `key-unsupported`, `bundle-malformed`
 */
export function verifyBundle(bundle: Bundle, artifact: Signed, trust: Trust, now = Date.now()): VerifiedSignature {
  const signed = signedBy(bundle.content, artifact);
  const { material, content } = bundle;
  if (content.kind === 'message' && content.digest !== undefined) {
    const { algorithm, bytes } = content.digest;
    if (artifact.digest(algorithm)?.equals(bytes) !== true) {
      throw new HoldfastError('subject-mismatch', "the bundle's digest is not the artifact's", {
        place: 'messageDigest',
      });
    }
  }
  if (material.kind === 'certificate') {
    const minimumLogs = trust.minimumLogs ?? 1;
    return firstOf(
      trust.roots,
      (root) => typed(() => verifyByCertificate(bundle, material, signed, root, minimumLogs)),
      () => new HoldfastError('signer-unknown', 'signed with a certificate, and no trusted root was given'),
    );
  }
  const options = { minimumLogs: trust.minimumLogs ?? 0, now };
  const roots = rootsForKey(bundle, trust);
  const candidates = trust.keys
    .slice(0, attestLimits.trustedKeys)
    .flatMap((trusted) => roots.map((root) => ({ trusted, root })));
  return firstOf(
    candidates,
    ({ trusted, root }) => typed(() => verifyByKey(bundle, signed, trusted, root, options)),
    () => new HoldfastError('signer-unknown', 'signed with a key, and no trusted key was given'),
  );
}
