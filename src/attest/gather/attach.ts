import { HoldfastError } from '../../errors/index.ts';
import { type Descriptor, type Digest, digestOf, type Repository } from '../../oci/index.ts';
import { type Bundle, bundleMediaType, parseBundle } from '../format/bundle.ts';
import { keyIdOf } from '../keys/public-key.ts';
import { attestLimits } from '../limits.ts';
import type { Statement } from '../model.ts';
import { type SigningParty, signStatement } from '../sign/sign.ts';
import { statementBytes } from '../statement/build.ts';
import { parseStatement } from '../statement/parse.ts';
import { digestsOf, refuseOtherSubject } from '../statement/subject.ts';
import { signedBytes } from '../verify/signature.ts';
import { verifyBundle } from '../verify/verify.ts';
import { artifactManifest, emptyBlob, manifestType } from './artifact-manifest.ts';
import { itsOwnFault } from './judge.ts';
import { evidenceReader } from './read.ts';
import { readReferrer } from './referrers.ts';

export interface Attached {
  /** The referrer. */
  readonly manifest: Digest;
  /** The bundle within: what a decision cites. */
  readonly evidence: Digest;
  readonly outcome: 'attached' | 'present';
}

interface Present {
  readonly manifest: Digest;
  readonly evidence: Digest;
  readonly bundle: Bundle;
}

/** The bundles that are attached already; those that can't be read are somebody else's worry. */
async function* bundlesOf(repository: Repository, subject: Digest, signal: AbortSignal): AsyncGenerator<Present> {
  const referrers = await repository.referrers(subject, signal, { artifactType: bundleMediaType });
  const reader = evidenceReader(repository, subject, signal);
  for (const referrer of referrers.slice(0, attestLimits.referrers)) {
    try {
      const read = await readReferrer(repository, referrer, subject, reader, signal);
      if ('kind' in read) continue;
      yield { manifest: referrer.digest, evidence: read.layer, bundle: parseBundle(read.bytes, read.layer) };
    } catch (error) {
      if (!itsOwnFault(error)) throw error;
    }
  }
}

/** Stores a bundle as cosign reads it. @throws HoldfastError as the repository */
async function store(
  repository: Repository,
  subject: Descriptor,
  bytes: Buffer,
  predicateType: string,
  signal: AbortSignal,
  now: Date,
): Promise<Attached> {
  const evidence = digestOf(bytes);
  const manifest = artifactManifest({
    subject,
    artifactType: bundleMediaType,
    layer: bytes,
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      'dev.sigstore.bundle.predicateType': predicateType,
      'org.opencontainers.image.created': now.toISOString().replace(/\.\d+Z$/, 'Z'),
    },
  });
  // The blobs first: a manifest that names what is not there would be evidence that can't be read.
  await repository.pushBlob({ digest: digestOf(emptyBlob), size: emptyBlob.length }, emptyBlob, signal);
  await repository.pushBlob({ digest: evidence, size: bytes.length }, bytes, signal);
  const { digest } = await repository.pushManifest({ bytes: manifest, mediaType: manifestType }, signal);
  return { manifest: digest, evidence, outcome: 'attached' };
}

/**
 * Attaches a bundle to what its statement is about, in the shape that cosign reads. Bytes that are attached already are
 * not attached twice.
 * @param now for `org.opencontainers.image.created`
 * @throws HoldfastError `bundle-malformed`, `statement-malformed`, `subject-mismatch`, and as the repository
 */
export async function attach(
  repository: Repository,
  subject: Descriptor,
  bytes: Buffer,
  signal: AbortSignal,
  now: Date = new Date(),
): Promise<Attached> {
  const evidence = digestOf(bytes);
  const { content } = parseBundle(bytes, evidence);
  if (content.kind !== 'dsse') {
    throw new HoldfastError('statement-malformed', 'only a statement can be attached', { place: evidence });
  }
  const statement = parseStatement(content.payload, evidence);
  refuseOtherSubject(statement, digestsOf(subject.digest), evidence);
  for await (const present of bundlesOf(repository, subject.digest, signal)) {
    if (present.evidence === evidence) return { manifest: present.manifest, evidence, outcome: 'present' };
  }
  return await store(repository, subject, bytes, statement.predicateType, signal, now);
}

/** What this very key has signed about the subject already, by the digest of the signed statement. */
async function signedAlready(
  repository: Repository,
  subject: Digest,
  party: SigningParty & { readonly kind: 'key' },
  signal: AbortSignal,
): Promise<Map<Digest, Attached>> {
  const key = party.signer.publicKey;
  const trust = { keys: [{ id: keyIdOf(key), key }], roots: [], minimumLogs: 0 };
  const signed = new Map<Digest, Attached>();
  for await (const { manifest, evidence, bundle } of bundlesOf(repository, subject, signal)) {
    if (bundle.content.kind !== 'dsse') continue;
    const { payload } = bundle.content;
    const statement = digestOf(payload);
    if (signed.has(statement)) continue;
    try {
      verifyBundle(bundle, signedBytes(payload), trust);
      signed.set(statement, { manifest, evidence, outcome: 'present' });
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
    }
  }
  return signed;
}

/** Says one statement after the other of one manifest. */
export type Attester = (statement: Statement) => Promise<Attached>;

/**
 * Signs statements about one manifest and attaches them; what is attached already is read once, by the first. The same
 * statement by the same key is attached once, however often this is asked. Keyless signatures are always new: their
 * certificate says when. What it throws: HoldfastError as `signStatement`, `subject-mismatch`, and as the repository.
 */
export function attesterOf(
  repository: Repository,
  subject: Descriptor,
  party: SigningParty,
  signal: AbortSignal,
): Attester {
  let known: Promise<Map<Digest, Attached>> | undefined;
  return async (statement) => {
    refuseOtherSubject(statement, digestsOf(subject.digest), subject.digest);
    const payload = digestOf(statementBytes(statement));
    if (party.kind === 'key') known ??= signedAlready(repository, subject.digest, party, signal);
    const signed = await known;
    const present = signed?.get(payload);
    if (present !== undefined) return present;
    const bytes = await signStatement(statement, party, signal);
    const attached = await store(repository, subject, bytes, statement.predicateType, signal, new Date());
    signed?.set(payload, { ...attached, outcome: 'present' });
    return attached;
  };
}

/** One statement. @throws as `attesterOf` says */
export async function attest(
  repository: Repository,
  subject: Descriptor,
  statement: Statement,
  party: SigningParty,
  signal: AbortSignal,
): Promise<Attached> {
  return await attesterOf(repository, subject, party, signal)(statement);
}
