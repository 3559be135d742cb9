import * as z from 'zod';
import { exact, localName, pattern, time } from './fields.ts';

const key = z
  .strictObject({
    pem: z.string().min(1).max(16384).optional().describe('A public key, as -----BEGIN PUBLIC KEY-----'),
    file: z.string().min(1).max(4096).optional().describe('A file with one, beside the policy; not for the cluster'),
    notBefore: time.optional(),
    notAfter: time.optional(),
  })
  .describe('A public key, and when signatures by it count');

/** Fulcio's claims by the names of its oid-info.md; a closed list, so that a misspelt one is an error and not a claim nobody checks. */
export const claimNames = [
  'githubWorkflowTrigger',
  'githubWorkflowSHA',
  'githubWorkflowName',
  'githubWorkflowRepository',
  'githubWorkflowRef',
  'buildSignerURI',
  'buildSignerDigest',
  'runnerEnvironment',
  'sourceRepositoryURI',
  'sourceRepositoryDigest',
  'sourceRepositoryRef',
  'sourceRepositoryIdentifier',
  'sourceRepositoryOwnerURI',
  'sourceRepositoryOwnerIdentifier',
  'buildConfigURI',
  'buildConfigDigest',
  'buildTrigger',
  'runInvocationURI',
  'sourceRepositoryVisibilityAtSigning',
] as const;

const claims = z
  .strictObject(
    Object.fromEntries(claimNames.map((name) => [name, exact.optional()])) as Record<
      (typeof claimNames)[number],
      z.ZodOptional<typeof exact>
    >,
  )
  .describe('What the certificate has to say besides, exactly');

const identity = z
  .strictObject({
    issuer: exact.describe('The OIDC issuer, exactly'),
    subject: exact.optional().describe('The subject of the certificate, exactly'),
    subjectRegExp: pattern.optional(),
    claims: claims.optional(),
  })
  .describe('Who may sign with a short-lived certificate');

export const authority = z.strictObject({
  name: localName,
  keys: z.array(key).max(32).default([]),
  identities: z.array(identity).max(32).default([]),
  logs: z
    .int()
    .min(0)
    .max(8)
    .optional()
    .describe('Distinct transparency logs a signature has to be in; without it 1 for identities, 0 for keys'),
  timestamps: z.int().min(0).max(8).default(0).describe('Distinct timestamp authorities that have to have stamped it'),
});

export type AuthorityFields = z.output<typeof authority>;
