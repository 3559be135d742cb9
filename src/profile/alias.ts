import { type Links, resolvePath } from '../contents/index.ts';
import type { Observation } from './observation.ts';

/** A directory by another name: alias, then what it stands for. */
export type Alias = readonly [string, string];

/** The path that aliases lead to. Of one that leads through none, itself. */
export function throughAliases(aliases: readonly Alias[], path: string): string {
  let at = path;
  for (let round = 0; round < 8; round++) {
    const found = aliases.find(([alias]) => at.startsWith(alias) && at.charCodeAt(alias.length) === 47);
    if (found === undefined) return at;
    at = (found[1] === '/' ? '' : found[1]) + at.slice(found[0].length);
  }
  return at;
}

/** The symlinked directories of the image that lie on a path, the outermost first; none where they lead nowhere. */
export function aliasesOn(links: Links, path: string): readonly Alias[] {
  const found: Alias[] = [];
  let at = path;
  for (let round = 0; round < 8; round++) {
    const alias = firstLink(links, at);
    const target = alias === undefined ? undefined : resolvePath(links, alias, { last: 'follow' });
    if (alias === undefined || target === undefined || `${target}/`.startsWith(`${alias}/`)) return found;
    found.push([alias, target]);
    at = (target === '/' ? '' : target) + at.slice(alias.length);
  }
  return found;
}

function firstLink(links: Links, path: string): string | undefined {
  for (let slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
    const directory = path.slice(0, slash);
    if (links.has(directory)) return directory;
  }
  return undefined;
}

/** The form in which paths are compared; itself where no alias lies on them. */
export function throughLinks(aliases: readonly Alias[], one: Observation): Observation {
  if (one.kind !== 'file' && one.kind !== 'process') return one;
  const path = throughAliases(aliases, one.path);
  if (one.kind === 'file') return path === one.path ? one : { ...one, path };
  const parent = throughAliases(aliases, one.parent) as typeof one.parent;
  return path === one.path && parent === one.parent ? one : { ...one, path, parent };
}
