import { HoldfastError } from '../../errors/index.ts';

/** What a pax extended header changes of the entry that follows it. Everything else is not used. */
export interface PaxChanges {
  readonly path?: Uint8Array;
  readonly linkPath?: Uint8Array;
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Whole seconds. */
  readonly modified?: number;
  readonly attributes?: ReadonlyMap<string, Uint8Array>;
}

interface Changes {
  path?: Uint8Array;
  linkPath?: Uint8Array;
  size?: number;
  uid?: number;
  gid?: number;
  modified?: number;
  attributes?: Map<string, Uint8Array>;
}

const attributePrefix = 'SCHILY.xattr.';

/** Attributes that make overlayfs show something else than the layer holds: redirects, opaque marks, metacopies. */
const overlayKeys = /^SCHILY\.xattr\.(?:trusted|user)\.overlay\./;

/**
 * Records `LENGTH KEY=VALUE\n` (POSIX.1-2017, pax, "pax Extended Header"). A later record wins; an empty value takes the
 * earlier one back. A global header may not change names or sizes: tools disagree whether it counts.
 * @throws HoldfastError `tar-malformed`, `tar-sparse`, `tar-unsupported`
 */
export function parsePax(bytes: Uint8Array, scope: 'next' | 'global', place: string): PaxChanges {
  const changes: Changes = {};
  let at = 0;
  while (at < bytes.length) {
    const record = nextRecord(bytes, at, place);
    at = record.end;
    const key = Buffer.from(record.key).toString('latin1');
    if (key.startsWith('GNU.sparse.')) throw new HoldfastError('tar-sparse', 'a sparse file', { place });
    if (overlayKeys.test(key))
      throw new HoldfastError('tar-unsupported', `${key}, which overlayfs would obey`, { place });
    if (scope === 'next') setMetadata(changes, key, record.value);
    if (key !== 'path' && key !== 'linkpath' && key !== 'size') continue;
    if (scope === 'global') throw new HoldfastError('tar-unsupported', `a global header that sets ${key}`, { place });
    if (key === 'size') setSize(changes, record.value, place);
    else setName(changes, key === 'path' ? 'path' : 'linkPath', record.value, place);
  }
  return changes;
}

function nextRecord(
  bytes: Uint8Array,
  start: number,
  place: string,
): { key: Uint8Array; value: Uint8Array; end: number } {
  let length = 0;
  let at = start;
  for (; at < bytes.length && at - start <= 8; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x20) break;
    if (byte < 0x30 || byte > 0x39) throw new HoldfastError('tar-malformed', 'a pax record has no length', { place });
    length = length * 10 + (byte - 0x30);
  }
  const end = start + length;
  if (bytes[at] !== 0x20 || end > bytes.length || end <= at + 1 || bytes[end - 1] !== 0x0a) {
    throw new HoldfastError('tar-malformed', 'a pax record has a wrong length', { place });
  }
  const equals = bytes.indexOf(0x3d, at + 1);
  if (equals === -1 || equals >= end) throw new HoldfastError('tar-malformed', 'a pax record has no =', { place });
  return { key: bytes.subarray(at + 1, equals), value: bytes.subarray(equals + 1, end - 1), end };
}

/** What is no number is left to the header's own field, as it says less than nothing. */
function setMetadata(changes: Changes, key: string, value: Uint8Array): void {
  if (key.startsWith(attributePrefix)) {
    changes.attributes ??= new Map();
    changes.attributes.set(key.slice(attributePrefix.length), Uint8Array.from(value));
    return;
  }
  if (key !== 'uid' && key !== 'gid' && key !== 'mtime') return;
  const text = Buffer.from(value.subarray(0, 40)).toString('latin1');
  const match = /^(-?)([0-9]{1,15})(?:\.[0-9]*)?$/.exec(text);
  if (match === null) return;
  const number = match[1] === '-' ? 0 : Number(match[2]);
  if (key === 'mtime') changes.modified = number;
  else changes[key] = number;
}

function setName(changes: Changes, key: 'path' | 'linkPath', value: Uint8Array, place: string): void {
  if (value.includes(0)) throw new HoldfastError('tar-path', 'a name with NUL', { place });
  if (value.length === 0) delete changes[key];
  else changes[key] = Uint8Array.from(value);
}

function setSize(changes: Changes, value: Uint8Array, place: string): void {
  const text = Buffer.from(value.subarray(0, 32)).toString('latin1');
  if (text === '') {
    delete changes.size;
    return;
  }
  if (!/^[0-9]{1,16}$/.test(text) || !Number.isSafeInteger(Number(text))) {
    throw new HoldfastError('tar-malformed', 'a pax size is no size', { place });
  }
  changes.size = Number(text);
}
