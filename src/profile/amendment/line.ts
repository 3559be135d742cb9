import { HoldfastError } from '../../errors/index.ts';
import { accessLetters, accessOf } from '../model.ts';
import { isName, parsePeer } from '../network/index.ts';
import type { Parent, Protocol } from '../observation.ts';
import { isPlainPath, isWild, parsePathPattern, parsePattern } from '../pattern/index.ts';
import { type Fields, formatFields, parseFields } from './fields.ts';

/** One thing that a profile allows besides, as an `ImageException` says it in one line of text. */
export type Amendment =
  | {
      readonly verb: 'exec';
      readonly path: string;
      /** `image`, or the hex digits of a sha256. */
      readonly bytes: string;
      readonly parent: Parent;
      readonly uid: number;
      readonly capabilities: bigint;
      /** A pattern for each; `**` as the last: any more. */
      readonly arguments: readonly string[];
    }
  | {
      readonly verb: 'file';
      readonly pattern: string;
      /** Sum of `access` bits. */
      readonly access: number;
      /** Hex digits of what may run, where that is not the image's. */
      readonly bytes: string | undefined;
    }
  | {
      readonly verb: 'connect';
      readonly protocol: Protocol;
      readonly peer: string;
      readonly port: number | 'ephemeral';
    }
  | { readonly verb: 'listen'; readonly protocol: Protocol; readonly port: number | 'ephemeral' }
  | { readonly verb: 'memory' };

/** Characters of a line: what an `ImageException` takes. */
export const longestLine = 1024;

/** `exec path=/usr/bin/id bytes=image parent=/bin/sh uid=0 capabilities=0 arguments=["id","-u"]` and the like. */
export function formatAmendment(one: Amendment): string {
  switch (one.verb) {
    case 'exec': {
      const { path, parent, uid } = one;
      const bytes = one.bytes === 'image' ? 'image' : `sha256:${one.bytes}`;
      const capabilities = one.capabilities.toString(16);
      return formatFields('exec', { path, bytes, parent, uid: String(uid), capabilities, arguments: one.arguments });
    }
    case 'file': {
      const letters = accessLetters(one.access);
      const bytes = one.bytes === undefined ? {} : { bytes: `sha256:${one.bytes}` };
      return formatFields('file', { path: one.pattern, access: letters, ...bytes });
    }
    case 'connect':
      return formatFields('connect', { protocol: one.protocol, peer: one.peer, port: String(one.port) });
    case 'listen':
      return formatFields('listen', { protocol: one.protocol, port: String(one.port) });
    case 'memory':
      return 'memory';
  }
}

/** @throws HoldfastError `amendment-malformed` */
export function parseAmendment(line: string): Amendment {
  const refuse = (message: string): HoldfastError =>
    new HoldfastError('amendment-malformed', message, { place: line.slice(0, 200) });
  const { verb, fields } = parseFields(line, refuse);
  try {
    return amendmentOf(verb, fields, refuse);
  } catch (cause) {
    // A pattern that is none is told as what it stands in.
    if (cause instanceof HoldfastError && cause.code === 'profile-malformed') throw refuse(cause.message);
    throw cause;
  }
}

type Refuse = (message: string) => HoldfastError;

function amendmentOf(verb: string, fields: Fields, refuse: Refuse): Amendment {
  switch (verb) {
    case 'exec': {
      known(fields, ['path', 'bytes', 'parent', 'uid', 'capabilities', 'arguments'], refuse);
      const path = textOf(fields, 'path', refuse);
      const parent = textOf(fields, 'parent', refuse);
      const uid = Number(matching(fields, 'uid', /^\d{1,10}$/, refuse));
      const list = fields.get('arguments');
      if (!isPlainPath(path)) throw refuse('path is not a plain, absolute path');
      if (!isParent(parent)) throw refuse('parent is neither a path nor @entry, @exec or @unknown');
      if (uid > 0xffff_ffff) throw refuse('uid is out of range');
      if (!Array.isArray(list) || list.some((one) => one.includes('\0'))) throw refuse('arguments is not a list');
      for (const [index, one] of list.entries()) if (one !== '**' || index < list.length - 1) parsePattern(one);
      const capabilities = BigInt(`0x${matching(fields, 'capabilities', /^[0-9a-f]{1,16}$/, refuse)}`);
      const bytes = matching(fields, 'bytes', /^(?:image|sha256:[0-9a-f]{64})$/, refuse).replace('sha256:', '');
      return { verb, path, bytes, parent, uid, capabilities, arguments: list };
    }
    case 'file': {
      known(fields, ['path', 'access', 'bytes'], refuse);
      const pattern = textOf(fields, 'path', refuse);
      parsePathPattern(pattern);
      const letters = matching(fields, 'access', /^(?=.)r?w?x?$/, refuse);
      const bytes = fields.has('bytes')
        ? matching(fields, 'bytes', /^sha256:[0-9a-f]{64}$/, refuse).replace('sha256:', '')
        : undefined;
      if (bytes !== undefined && (isWild(pattern) || !letters.includes('x')))
        throw refuse('bytes are only for one file that runs');
      const bits = accessOf(letters);
      return { verb, pattern, access: bits, bytes };
    }
    case 'connect': {
      known(fields, ['protocol', 'peer', 'port'], refuse);
      const peer = textOf(fields, 'peer', refuse);
      if (parsePeer(peer) === undefined && !isName(peer)) throw refuse('peer is no CIDR, name or @resolver');
      return { verb, protocol: protocolIn(fields, refuse), peer, port: portIn(fields, refuse) };
    }
    case 'listen':
      known(fields, ['protocol', 'port'], refuse);
      return { verb, protocol: protocolIn(fields, refuse), port: portIn(fields, refuse) };
    case 'memory':
      known(fields, [], refuse);
      return { verb };
    default:
      throw refuse('begins with none of exec, file, connect, listen, memory');
  }
}

function isParent(text: string): text is Parent {
  return text === '@entry' || text === '@exec' || text === '@unknown' || isPlainPath(text);
}

function known(fields: Fields, names: readonly string[], refuse: Refuse): void {
  for (const name of fields.keys()) if (!names.includes(name)) throw refuse(`${name} is not a field of it`);
}

function textOf(fields: Fields, name: string, refuse: Refuse): string {
  const value = fields.get(name);
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw refuse(`${name} is missing, or not a text`);
}

function matching(fields: Fields, name: string, pattern: RegExp, refuse: Refuse): string {
  const value = textOf(fields, name, refuse);
  if (pattern.test(value)) return value;
  throw refuse(`${name} does not match ${pattern.source}`);
}

function protocolIn(fields: Fields, refuse: Refuse): Protocol {
  return matching(fields, 'protocol', /^(?:tcp|udp|ip-\d{1,3})$/, refuse) as Protocol;
}

function portIn(fields: Fields, refuse: Refuse): number | 'ephemeral' {
  const text = matching(fields, 'port', /^(?:ephemeral|\d{1,5})$/, refuse);
  if (text === 'ephemeral') return text;
  if (Number(text) > 65_535) throw refuse('port is out of range');
  return Number(text);
}
