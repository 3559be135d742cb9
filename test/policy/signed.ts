import { createHash, generateKeyPairSync } from 'node:crypto';
import {
  type Json,
  type KeyId,
  type LoggedAt,
  type Party,
  predicateTypes,
  type RefusedEvidence,
  type StampedAt,
  type VerifiedAttestation,
  type VerifiedImageSignature,
  type VerifiedSignature,
} from '../../src/attest/index.ts';
import { type Digest, digestOf } from '../../src/oci/index.ts';
import { type ImageUnderTest, imageName } from '../../src/policy/index.ts';

/** Evidence as the verifier hands it over: what signatures prove has been proven, so nothing is signed here. */

export const now = '2026-11-20T12:00:00Z';

export function digest(text: string): Digest {
  return digestOf(Buffer.from(text));
}

export interface Key {
  readonly pem: string;
  readonly party: Party & { readonly kind: 'key' };
}

export function newKey(): Key {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex') as KeyId;
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), party: { kind: 'key', key } };
}

export const [alice, bob, mallory] = [newKey(), newKey(), newKey()];

export const github = 'https://token.actions.githubusercontent.com';
export const workflow = 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main';

export function keyless(
  identity: string = workflow,
  issuer: string = github,
  claims: Readonly<Record<string, string>> = {},
): Party {
  const identityType = identity.includes('://') ? 'uri' : 'email';
  return { kind: 'certificate', issuer, identity, identityType, claims };
}

export function log(name: string, time?: string): LoggedAt {
  return { log: digest(name).slice(7), index: '7', ...(time === undefined ? {} : { time }) };
}

export function stamp(name: string, time: string): StampedAt {
  return { authority: digest(name).slice(7), time };
}

export function by(
  party: Party,
  logs: readonly LoggedAt[] = [],
  timestamps: readonly StampedAt[] = [],
): VerifiedSignature {
  return { party, logs, timestamps };
}

export const manifest = digest('the platform manifest');
export const index = digest('the index');
export const image: ImageUnderTest = {
  name: imageName('registry.example/team/app'),
  manifest,
  index: { digest: index, manifests: [digest('another platform'), manifest] },
};

let serial = 0;

export function signature(
  signatures: readonly VerifiedSignature[],
  {
    subject = manifest,
    annotations = {},
  }: { readonly subject?: Digest; readonly annotations?: Record<string, Json> } = {},
): VerifiedImageSignature {
  const evidence = digest(`signature ${serial++}`);
  return { kind: 'signature', evidence, carrier: 'referrer', subject, annotations, signatures };
}

export function attestation(
  predicateType: string,
  predicate: Json,
  signatures: readonly VerifiedSignature[],
  { subject = manifest, about = subject }: { readonly subject?: Digest; readonly about?: Digest } = {},
): VerifiedAttestation {
  return {
    kind: 'attestation',
    evidence: digest(`attestation ${serial++}`),
    carrier: 'referrer',
    subject,
    statement: {
      type: 'https://in-toto.io/Statement/v1',
      subjects: [{ digest: { sha256: about.slice(7) } }],
      predicateType,
      predicate,
    },
    signatures,
  };
}

export function refused(subject: Digest = manifest): RefusedEvidence {
  return {
    kind: 'refused',
    evidence: digest(`refused ${serial++}`),
    carrier: 'referrer',
    subject,
    code: 'signature-invalid',
    message: 'the signature does not hold',
  };
}

export const cyclonedx: Json = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [] };

export function provenance(
  signatures: readonly VerifiedSignature[],
  {
    builder = 'https://github.com/actions/runner',
    source = 'git+https://github.com/acme/app.git@refs/heads/main',
    finishedOn = '2026-11-19T10:00:00Z',
    base = 'pkg:docker/debian@12',
    subject = manifest,
  } = {},
): VerifiedAttestation {
  return attestation(
    predicateTypes.slsaprovenance1,
    {
      buildDefinition: {
        buildType: 'https://example.test/build',
        externalParameters: { source: { uri: source } },
        resolvedDependencies: [{ uri: source }, { uri: base, name: 'base' }],
      },
      runDetails: { builder: { id: builder }, metadata: { finishedOn } },
    },
    signatures,
    { subject },
  );
}

export function scan(
  signatures: readonly VerifiedSignature[],
  results: readonly Json[],
  scanFinishedOn = '2026-11-19T10:00:00Z',
): VerifiedAttestation {
  return attestation(
    predicateTypes.vulns,
    { scanner: { uri: 'https://example.test/scanner', result: results }, metadata: { scanFinishedOn } },
    signatures,
  );
}
