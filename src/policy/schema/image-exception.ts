import * as z from 'zod';
import { apiVersion, digest, exact, metadata, time } from './fields.ts';

const workload = z.string().min(1).max(512).describe('NAMESPACE/KIND/NAME');

const scope = z
  .strictObject({
    vulnerabilities: z
      .strictObject({ ids: z.array(z.string().min(1).max(128)).min(1).max(256) })
      .optional()
      .describe('These do not count against the threshold'),
    debugSession: z
      .strictObject({ workloads: z.array(workload).max(64).default([]) })
      .optional()
      .describe('Neither profile nor hardening is asked for'),
    breakGlass: z
      .strictObject({ checks: z.array(z.string().min(1).max(128)).max(64).default([]) })
      .optional()
      .describe('These checks, by name, do not count; all of them where none is named'),
    profileAmendment: z
      .strictObject({
        profile: digest.optional().describe('The profile that is amended'),
        allow: z.array(exact).min(1).max(256).describe('What it may do besides'),
      })
      .optional()
      .describe('For those who watch; changes nothing at the gate'),
    rollBack: z.strictObject({}).optional().describe('This image may be older than the newest seen'),
  })
  .describe('Exactly one of these');

export const imageException = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('ImageException'),
  metadata,
  spec: z.strictObject({
    subject: z.strictObject({
      image: z.string().min(1).max(512).describe('The image by its name, without tag or digest; no globs'),
      digest: digest.describe('The platform manifest, or the index'),
    }),
    scope,
    reason: z.string().min(1).max(2048),
    issuer: z.string().min(1).max(512).describe('Who answers for it'),
    notBefore: time,
    expires: time,
  }),
});

export type ImageException = z.output<typeof imageException>;
