import type { Picture } from '../picture.ts';
import type { Needed } from './needed.ts';
import { isDocument } from './options.ts';

/** Bytecode `d/__pycache__/m.cpython-311.pyc`, made from `d/m.py` (PEP 3147). */
function sourceOf(path: string): string | undefined {
  const match = /^(.*\/)__pycache__\/([^/.]+)\.[^/]*\.pyc$/.exec(path);
  return match === null ? undefined : `${match[1]}${match[2]}.py`;
}

/**
 * Modules that were not seen themselves stay with the package that others of it keep, and so do those of no package. Their
 * packages may load them late; packages of which nothing was seen are what hardening is for.
 * @returns those that are programs or links, which stay only where what they need does: by path, the pattern
 */
export function keepModules(
  { files, heads, links }: Picture,
  unseen: ReadonlyMap<string, string>,
  needed: Needed,
): ReadonlyMap<string, string> {
  const used = new Set<number>();
  for (const path of needed.reasons.keys()) {
    const owner = files.get(path)?.owner;
    if (owner !== undefined && !isDocument(path)) used.add(owner);
  }
  const isUsed = (path: string): boolean => {
    const owner = files.get(path)?.owner;
    return owner === undefined || used.has(owner);
  };
  const plugins = new Map<string, string>();
  for (const [path, pattern] of unseen) {
    const source = sourceOf(path);
    if (!isUsed(source !== undefined && files.has(source) ? source : path)) continue;
    if (heads.get(path)?.kind === 'elf' || links.has(path)) plugins.set(path, pattern);
    else needed.keep(path, { why: 'module', of: pattern });
  }
  return plugins;
}

/** Python takes bytecode only where the source it was made from lies, whose times it looks at without opening it. */
export function keepSources({ files }: Picture, needed: Needed): void {
  for (const path of needed.reasons.keys()) {
    const source = sourceOf(path);
    if (source !== undefined && files.has(source)) needed.keep(source, { why: 'source', of: path });
  }
}
