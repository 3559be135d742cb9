import * as z from 'zod';

export const apiVersion = 'holdfast.dev/v1alpha1';

/** Names that documents are told apart by: as Kubernetes names objects (RFC 1123 subdomain). */
export const objectName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
  .describe('Lower-case letters, digits, `-` and `.`');

/** What Kubernetes adds to an object's metadata is taken and not looked at. */
export const metadata = z.strictObject({
  name: objectName,
  namespace: z.string().max(63).optional(),
  labels: z.record(z.string().max(317), z.string().max(63)).optional(),
  annotations: z.record(z.string().max(317), z.string().max(262144)).optional(),
  uid: z.string().max(64).optional(),
  resourceVersion: z.string().max(64).optional(),
  generation: z.int().min(0).optional(),
  creationTimestamp: z.string().max(64).nullable().optional(),
});

/** A name inside one policy, as of an authority. */
export const localName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
  .describe('Lower-case letters, digits and `-`');

export const time = z
  .string()
  .max(30)
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$/)
  .describe('RFC 3339 in UTC, as 2027-01-31T00:00:00Z');

export const duration = z
  .string()
  .max(8)
  .regex(/^[1-9]\d{0,5}[mhd]$/)
  .describe('Minutes, hours or days, as 30m, 12h or 90d');

export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe('sha256: and 64 lower-case hex digits');

/** Text for exact comparison. */
export const exact = z.string().min(1).max(1024);

export const pattern = z.string().min(1).max(512).describe('An RE2 expression that the whole text has to match');

export const threshold = z.int().min(1).max(16).default(1).describe('How many distinct parties have to have signed');

export const authorityNames = z
  .array(localName)
  .min(1)
  .max(16)
  .describe('Whose signatures count: any of these authorities of the policy');

export const imagePattern = z
  .string()
  .min(1)
  .max(512)
  .describe('An image name without tag or digest; `*` within one part, `**` for whole parts');

const minutes = { m: 1, h: 60, d: 1440 } as const;

/** A duration of a document in milliseconds. */
export function millisecondsOf(text: string): number {
  const unit = text.at(-1) as keyof typeof minutes;
  return Number(text.slice(0, -1)) * minutes[unit] * 60_000;
}
