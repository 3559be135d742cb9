import * as z from 'zod';
import { profileLimits } from '../limits.ts';

const text = z.string().min(1).max(profileLimits.text);
const short = z.string().min(1).max(256);
const count = z.int().min(0);
const index = z.int().min(0).max(profileLimits.executables);
const time = z
  .string()
  .max(30)
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$/)
  .describe('RFC 3339 in UTC');
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const sha256 = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/)
  .describe('sha256 in unpadded base64url');
const runs = z.int().min(0).max(0xffff_ffff).describe('Bit N: seen in run N of recorded.runs');
const rules = z.int().min(0).max(0xffff_ffff).describe('Bit N: made by rule N of rules');
const protocol = z
  .string()
  .regex(/^(tcp|udp|ip-\d{1,3})$/)
  .describe('tcp, udp, or ip- and its number');
const port = z.union([z.int().min(0).max(65_535), z.literal('ephemeral')]);

const run = z.strictObject({
  id: z.string().min(1).max(64),
  from: time,
  to: time,
  replicas: z.int().min(1).max(65_536),
});

const recorded = z.strictObject({
  runs: z.array(run).max(profileLimits.runs).describe('By time, then by id'),
  gaps: z
    .array(z.tuple([short, count.nullable()]))
    .max(64)
    .describe('What the sensor lost: cause, events (null: not known)'),
  notShown: z.array(short).max(64).describe('What the sensor could not show; nothing is claimed of it'),
});

const executable = z
  .tuple([text, z.array(z.union([z.literal('image'), sha256])).max(profileLimits.pins + 1)])
  .describe('Path, and the bytes it may have: `image` = the image’s own at this path; none = only seen as a parent');

const argumentRow = z
  .tuple([z.array(z.string().max(profileLimits.text)).max(profileLimits.argumentElements), count, runs, rules])
  .describe('A pattern for each argument (`**` as the last: any more), times seen, runs, rules');

const process = z
  .tuple([
    index,
    z.union([index, z.enum(['@entry', '@exec', '@unknown'])]),
    z.int().min(0).max(0xffff_ffff),
    z.string().regex(/^(0|[1-9a-f][0-9a-f]{0,15})$/),
    z.array(argumentRow).min(1).max(profileLimits.argumentPatterns),
  ])
  .describe('Executable, its parent’s executable, uid, effective capabilities in hex, arguments');

const group = z
  .tuple([
    z
      .string()
      .regex(/^r?w?x?i?$/)
      .min(1),
    count,
    runs,
    rules,
    z.array(text).min(1).max(profileLimits.entries),
  ])
  .describe('Access (r, w, x; i: the image’s own bytes only), times seen, runs, rules, names');

const directory = z
  .tuple([text, z.array(group).min(1).max(profileLimits.entries)])
  .describe('A directory, and what of it is used; names and directories are patterns');

export const executionProfile = z.strictObject({
  apiVersion: z.literal('holdfast.dev/v1alpha1'),
  kind: z.literal('ExecutionProfile'),
  subject: digest.optional().describe('The platform manifest'),
  recorded,
  completeness: z
    .strictObject({
      entries: count.describe('Argument lists, files, peers and ports that were seen'),
      added: z.array(count).max(profileLimits.runs).describe('How many of them each run was the first to show'),
    })
    .describe('What the last run still added says how much is missing'),
  wildcards: count.describe('Entries with a placeholder, a range or a port that is not one'),
  rules: z.array(z.string().max(64)).max(32).describe('Rules that were used'),
  aliases: z
    .array(z.tuple([text, text]))
    .max(256)
    .describe('Symlinked directories, and where they lead'),
  executables: z.array(executable).max(profileLimits.executables),
  processes: z.array(process).max(profileLimits.processes),
  files: z.array(directory).max(profileLimits.entries),
  pins: z
    .array(z.tuple([text, z.array(sha256).min(1).max(profileLimits.pins)]))
    .max(profileLimits.entries)
    .describe('Files that run and are not the image’s: the bytes they may have'),
  outbound: z.array(z.tuple([protocol, short, port, count, runs, rules])).max(profileLimits.entries),
  inbound: z.array(z.tuple([protocol, port, count, runs, rules])).max(profileLimits.entries),
  memory: z
    .tuple([count, runs, rules])
    .optional()
    .describe('Code made in memory: times seen, runs, rules; absent: not allowed'),
  omitted: z
    .array(z.tuple([short, z.enum(['bytes-unknown', 'path-unknown', 'too-long']), count]))
    .max(256)
    .describe('Seen, and not allowed by any entry: what, why, times'),
  tests: z.strictObject({
    functional: z.strictObject({ ran: count, falseDrift: count }).optional(),
    attacks: z.strictObject({ set: digest, ran: count, alerted: count }).optional(),
  }),
});

export type ExecutionProfileDocument = z.output<typeof executionProfile>;

/** JSON Schema 2020-12 of the document: docs/schemas/execution-profile.schema.json. */
export function executionProfileSchema(): unknown {
  const schema = z.toJSONSchema(executionProfile, { target: 'draft-2020-12', io: 'input', reused: 'inline' });
  return { ...schema, title: 'ExecutionProfile' };
}
