import { createHash } from 'node:crypto';
import type { InclusionProof } from '../format/log-entry.ts';

function node(left: Uint8Array, right: Uint8Array): Uint8Array {
  return createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
}

/**
 * Whether the proof leads from the leaf over `body` to the proof's root, with no hash missing or left over
 * (RFC 9162, section 2.1.3.2).
 */
export function included(body: Uint8Array, proof: InclusionProof): boolean {
  if (proof.index >= proof.size) return false;
  let first = proof.index;
  let last = proof.size - 1n;
  let hash: Uint8Array = createHash('sha256').update(Uint8Array.of(0)).update(body).digest();
  for (const sibling of proof.hashes) {
    if (last === 0n) return false;
    if ((first & 1n) === 1n || first === last) {
      hash = node(sibling, hash);
      while ((first & 1n) === 0n && first !== 0n) {
        first >>= 1n;
        last >>= 1n;
      }
    } else {
      hash = node(hash, sibling);
    }
    first >>= 1n;
    last >>= 1n;
  }
  return last === 0n && proof.root.equals(hash);
}
