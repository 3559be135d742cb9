import { isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';
import { policyLimits } from '../limits.ts';
import { type DocumentPath, faultAt, type SourceText, startOf } from './source-text.ts';

/**
 * The plain value of a YAML node: aliases, tags, repeated keys and keys that are not text are refused.
 * @throws HoldfastError `policy-malformed`, `policy-limit`
 */
export function plainValue(source: SourceText, node: Node | null, path: DocumentPath = []): unknown {
  if (node === null) return null;
  if (path.length > policyLimits.depth) {
    throw faultAt('policy-limit', source, startOf(node), `nested deeper than ${policyLimits.depth}`, path);
  }
  if (isAlias(node)) throw faultAt('policy-malformed', source, startOf(node), 'an alias; write it out', path);
  if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
    throw faultAt('policy-malformed', source, startOf(node), `a tag (${node.tag.slice(0, 40)}); leave it out`, path);
  }
  if (isScalar(node)) return scalarValue(source, node.value, startOf(node), path);
  if (isSeq(node)) return node.items.map((item, index) => plainValue(source, item as Node | null, [...path, index]));
  if (!isMap(node)) throw faultAt('policy-malformed', source, startOf(node), 'not a map, list or scalar', path);
  const found: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of node.items) {
    const keyNode = key as Node | null;
    if (!isScalar(keyNode) || typeof keyNode.value !== 'string') {
      throw faultAt('policy-malformed', source, startOf(keyNode ?? node), 'a key that is not text', path);
    }
    if (Object.hasOwn(found, keyNode.value)) {
      throw faultAt('policy-malformed', source, startOf(keyNode), 'a key that stands here already', [
        ...path,
        keyNode.value,
      ]);
    }
    found[keyNode.value] = plainValue(source, value as Node | null, [...path, keyNode.value]);
  }
  return Object.fromEntries(Object.entries(found));
}

function scalarValue(source: SourceText, value: unknown, offset: number, path: DocumentPath): unknown {
  if (typeof value === 'string') {
    if (value.isWellFormed()) return value;
    throw faultAt('policy-malformed', source, offset, 'text with half a surrogate pair', path);
  }
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw faultAt('policy-malformed', source, offset, 'not text, a finite number, true, false or null', path);
}

/** Where a path of the document stands in the text: the key's place for a map's entry, the nearest there is for one that is missing. */
export function offsetOf(root: Node | null, path: DocumentPath): number {
  let node: Node | null = root;
  let offset = startOf(root);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return offset;
      offset = startOf(pair.key as Node);
      node = pair.value as Node | null;
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step] as Node | null;
      offset = startOf(node);
    } else return offset;
  }
  return offset;
}
