import * as z from 'zod';
import { parseStrictJson } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { canonicalJson } from '../../ledger/index.ts';
import { parseDigest } from '../../oci/index.ts';
import { profileLimits } from '../limits.ts';
import type { Observation, Parent, Protocol } from '../observation.ts';
import { observationKey } from './recorder.ts';
import { type Recording, recordingOf, type Session, type Sight } from './recording.ts';

const bytesMax = 64 * 1024 * 1024;
const depthMax = 12;

const text = z.string().max(1024 * 1024);
const short = z.string().min(1).max(256);
const count = z.int().min(0);
const protocol = z.string().regex(/^(tcp|udp|ip-\d{1,3})$/);
const port = z.int().min(0).max(65_535);
const bytes = {
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  ofImage: z.boolean(),
};

const seenOnce = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('process'),
    path: text,
    ...bytes,
    parent: z.string().regex(/^(?:\/|@entry$|@exec$|@unknown$)/),
    argv: z.array(text).max(65_536),
    argvWhole: z.boolean(),
    uid: z.int().min(0).max(0xffff_ffff),
    capabilities: z.string().regex(/^[0-9a-f]{1,16}$/),
  }),
  z.strictObject({
    kind: z.literal('file'),
    path: text,
    ...bytes,
    access: z.enum(['read', 'write', 'execute']),
  }),
  z.strictObject({
    kind: z.literal('connection'),
    protocol,
    address: short,
    port,
    name: text.optional(),
    resolver: z.literal(true).optional(),
  }),
  z.strictObject({ kind: z.literal('listen'), protocol, port }),
  z.strictObject({ kind: z.literal('memory') }),
]);

const sight = z.strictObject({ count, observation: seenOnce });

const session = z.strictObject({
  run: z.string().min(1).max(64),
  replica: z.string().min(1).max(256),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  gaps: z.array(z.strictObject({ cause: short, count: count.nullable() })).max(64),
  notShown: z.array(short).max(64),
  seen: z.array(sight).max(profileLimits.recorded),
});

const executionRecording = z.strictObject({
  apiVersion: z.literal('holdfast.dev/v1alpha1'),
  kind: z.literal('ExecutionRecording'),
  subject: z.string().optional(),
  sessions: z.array(session).max(1024),
});

/**
 * A recording as canonical JSON, so that what several hosts recorded can be merged before it is generalised. It is no
 * evidence and is not signed: it lies between recording and profile.
 * @throws HoldfastError `profile-too-large`
 */
export function writeRecording({ subject, sessions }: Recording): Uint8Array {
  const document = {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'ExecutionRecording',
    ...(subject === undefined ? {} : { subject }),
    sessions: [...sessions.values()].map(sessionDocument).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)),
  };
  try {
    return Buffer.from(canonicalJson(document, { depth: depthMax, bytes: bytesMax }, 'recording'));
  } catch (cause) {
    if (!(cause instanceof HoldfastError) || cause.code !== 'entry-too-large') throw cause;
    throw new HoldfastError('profile-too-large', cause.message, { place: 'recording', cause });
  }
}

function nameOf({ run, replica }: Pick<Session, 'run' | 'replica'>): string {
  return JSON.stringify([run, replica]);
}

function sessionDocument({ run, replica, from, to, gaps, notShown, seen }: Session): z.input<typeof session> {
  const sights = [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => sightDocument(one));
  return { run, replica, from, to, gaps: [...gaps], notShown: [...notShown], seen: sights };
}

function sightDocument({ observation, count: times }: Sight): z.input<typeof sight> {
  return { count: times, observation: observationDocument(observation) };
}

function observationDocument(one: Observation): z.input<typeof seenOnce> {
  switch (one.kind) {
    case 'process': {
      const { sha256, argv, capabilities, ...rest } = one;
      return { ...rest, ...known(sha256), argv: [...argv], capabilities: capabilities.toString(16) };
    }
    case 'file': {
      const { sha256, ...rest } = one;
      return { ...rest, ...known(sha256) };
    }
    case 'connection':
    case 'listen':
    case 'memory':
      return one;
  }
}

function known(sha256: string | undefined): { readonly sha256?: string } {
  return sha256 === undefined ? {} : { sha256 };
}

/** @throws HoldfastError `profile-too-large`, `profile-malformed` */
export function readRecording(given: Uint8Array, place: string): Recording {
  if (given.length > bytesMax) throw new HoldfastError('profile-too-large', `more than ${bytesMax} bytes`, { place });
  const result = executionRecording.safeParse(parseStrictJson(given, 'profile-malformed', place));
  if (!result.success) {
    const [issue] = result.error.issues;
    const message = `not a recording, at ${issue?.path.map(String).join('.').slice(0, 200)}: ${issue?.message.slice(0, 300)}`;
    throw new HoldfastError('profile-malformed', message, { place });
  }
  const { subject, sessions } = result.data;
  return recordingOf(subject === undefined ? undefined : parseDigest(subject, place), sessions.map(sessionOf));
}

function sessionOf({ seen, ...rest }: z.output<typeof session>): Session {
  const sights = new Map<string, Sight>();
  for (const one of seen) {
    const observation = observationOf(one.observation);
    const key = observationKey(observation);
    const before = sights.get(key)?.count ?? 0;
    sights.set(key, { observation, count: Math.max(before, one.count) });
  }
  return { ...rest, seen: sights };
}

function observationOf(one: z.output<typeof seenOnce>): Observation {
  switch (one.kind) {
    case 'process': {
      const { parent, capabilities, sha256, ...rest } = one;
      return { ...rest, sha256, parent: parent as Parent, capabilities: BigInt(`0x${capabilities}`) };
    }
    case 'file': {
      const { sha256, ...rest } = one;
      return { ...rest, sha256 };
    }
    case 'connection': {
      const { name, resolver, ...rest } = one;
      return {
        ...rest,
        protocol: one.protocol as Protocol,
        ...(name === undefined ? {} : { name }),
        ...(resolver === undefined ? {} : { resolver }),
      };
    }
    case 'listen':
      return { ...one, protocol: one.protocol as Protocol };
    case 'memory':
      return one;
  }
}
