import * as z from 'zod';
import { authority } from './authority.ts';
import {
  apiVersion,
  authorityNames,
  duration,
  exact,
  imagePattern,
  localName,
  metadata,
  pattern,
  threshold,
  time,
} from './fields.ts';

const who = {
  authorities: authorityNames.optional().describe('Whose signatures count; without it any authority of the policy'),
  threshold,
};

const condition = z.strictObject({
  cel: z
    .string()
    .min(1)
    .max(4096)
    .describe('A CEL expression on `predicate`, `statement` and `image` that has to be true'),
  message: z.string().max(300).optional().describe('What is said when it is not'),
});

const conditions = z.array(condition).max(16).default([]);

const signature = z.strictObject({
  ...who,
  annotations: z
    .record(z.string().min(1).max(256), z.string().max(1024))
    .optional()
    .describe('What the signer has to have said with the signature, exactly'),
});

const attestation = z.strictObject({
  name: localName,
  predicateType: exact.describe('The predicate type, exactly'),
  ...who,
  subject: z
    .enum(['any', 'platform'])
    .default('any')
    .describe('About the index or the platform manifest, or only about the latter'),
  maxAge: duration.optional(),
  conditions,
});

const provenance = z.strictObject({
  ...who,
  builders: z
    .array(z.strictObject({ id: exact.optional(), idRegExp: pattern.optional() }))
    .min(1)
    .max(32)
    .optional(),
  sources: z
    .array(z.strictObject({ uri: exact.optional(), uriRegExp: pattern.optional() }))
    .min(1)
    .max(64)
    .optional(),
  maxAge: duration.optional(),
  conditions,
});

const sbom = z.strictObject({
  ...who,
  formats: z
    .array(z.enum(['cyclonedx', 'spdx']))
    .min(1)
    .max(2)
    .default(['cyclonedx', 'spdx']),
  maxAge: duration.optional(),
  conditions,
});

export const severities = ['none', 'low', 'medium', 'high', 'critical'] as const;

const vulnerabilities = z.strictObject({
  ...who,
  maximum: z.enum(severities).default('none').describe('The worst severity that is still allowed'),
  unknownSeverity: z.enum(['deny', 'ignore']).default('deny'),
  onlyFixable: z.boolean().default(false).describe('Only what has a fix counts; what does not say so has one'),
  knownExploited: z.enum(['deny', 'ignore']).default('ignore'),
  sources: z
    .array(z.enum(['attestation', 'live']))
    .min(1)
    .max(2)
    .default(['attestation'])
    .describe('Each that is named has to pass'),
  maxAge: duration.default('7d').describe('The oldest scan that counts'),
});

const rollBack = z.strictObject({
  notBefore: time.optional().describe('Images released earlier are refused'),
  monotone: z.boolean().default(false).describe('Refuse what was released before the newest seen of the same name'),
  tolerance: duration.optional().describe('How much older than the newest it may be'),
});

export const exceptionKinds = [
  'vulnerabilities',
  'debugSession',
  'breakGlass',
  'profileAmendment',
  'rollBack',
] as const;

const exceptions = z.strictObject({
  authorities: authorityNames,
  threshold,
  kinds: z
    .array(z.enum(exceptionKinds))
    .min(1)
    .max(exceptionKinds.length)
    .default(['vulnerabilities', 'debugSession', 'profileAmendment']),
  maxDuration: duration.default('30d').describe('From notBefore to expires'),
});

const demand = z.enum(['required', 'optional']).default('optional');

export const trustPolicySpec = z.strictObject({
  images: z.array(imagePattern).min(1).max(64),
  authorities: z.array(authority).max(32).default([]),
  allowUnsigned: z.boolean().default(false).describe('No image signature is asked for'),
  signature: signature.optional(),
  attestations: z.array(attestation).max(32).default([]),
  provenance: provenance.optional(),
  sbom: sbom.optional(),
  vulnerabilities: vulnerabilities.optional(),
  profile: demand,
  hardened: demand,
  baseImages: z
    .strictObject({ ...who, images: z.array(imagePattern).min(1).max(64) })
    .optional()
    .describe('What the image may be built on'),
  rollBack: rollBack.optional(),
  exceptions: exceptions.optional(),
  admission: z.strictObject({ mode: z.enum(['enforce', 'warn']).default('enforce') }).prefault({}),
  runtime: z.strictObject({ mode: z.enum(['observe']).default('observe') }).prefault({}),
  repair: z.strictObject({ mode: z.enum(['notify', 'approve', 'auto']).default('notify') }).prefault({}),
});

export const trustPolicy = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('TrustPolicy'),
  metadata,
  spec: trustPolicySpec,
});

export type TrustPolicy = z.output<typeof trustPolicy>;
export type TrustPolicySpec = TrustPolicy['spec'];
export type Who = Pick<z.output<typeof sbom>, 'authorities' | 'threshold'>;
export type ConditionFields = z.output<typeof condition>;
