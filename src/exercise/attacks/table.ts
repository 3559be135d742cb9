import { createHash } from 'node:crypto';
import { canonicalJson } from '../../ledger/index.ts';
import { type Digest, parseDigest } from '../../oci/index.ts';
import { last, loud } from './loud.ts';
import type { Attack } from './model.ts';
import { offTheLand } from './off-the-land.ts';

/** In this order. */
export const attacks: readonly Attack[] = [...loud, ...offTheLand, ...last];

/** Of the whole table: what was run against a profile can be told later. */
export function attackSetDigest(set: readonly Attack[] = attacks): Digest {
  const text = canonicalJson(set, { depth: 16, bytes: 1 << 20 });
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`, 'attack set');
}
