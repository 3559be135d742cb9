import type { ImageName } from './name.ts';

declare const patternBrand: unique symbol;

/** An image pattern in its full form, host first. */
export type ImagePattern = string & { readonly [patternBrand]: true };

const hostPart = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/;
const pathPart = /^[a-z0-9*](?:[a-z0-9._*-]*[a-z0-9*])?$/;

const looksLikeHost = (part: string): boolean => /[.:[]/.test(part) || part === 'localhost';

/**
 * Reads a pattern of image names. `**` alone is every image. Otherwise the first part is a host, spelled out, where only
 * `*.` at its beginning may stand for one label; without a host it is Docker Hub's (`nginx` is `docker.io/library/nginx`). In
 * the path, `*` is any text inside one part, and the part `**` is one or more whole parts.
 * @returns the fault as a sentence, where there is one
 */
export function parseImagePattern(text: string): { readonly pattern: ImagePattern } | { readonly fault: string } {
  if (text === '**') return { pattern: text as ImagePattern };
  if (text.includes('@') || /:[^/]*$/.test(text)) {
    return { fault: 'a tag or digest in it: patterns are of names alone' };
  }
  const parts = text.split('/');
  const [first = ''] = parts;
  const hasHost = parts.length > 1 && looksLikeHost(first);
  if (!hasHost && parts.length > 1 && first.includes('*'))
    return { fault: 'a host has to be spelled out before the first /' };
  const host = hasHost ? first : 'docker.io';
  if (!hostPart.test(host)) return { fault: 'not a host; * may only stand for the first label, as in *.example.com' };
  const path = hasHost ? parts.slice(1) : parts;
  const hub = host === 'index.docker.io' ? 'docker.io' : host;
  const full = hub === 'docker.io' && path.length === 1 && path[0] !== '**' ? ['library', ...path] : path;
  const wrong = full.find((part) => part !== '**' && (!pathPart.test(part) || part.includes('**')));
  if (wrong !== undefined)
    return { fault: `${JSON.stringify(wrong)} is no part of a name; ** stands alone between slashes` };
  return { pattern: [hub, ...full].join('/') as ImagePattern };
}

/** Whether a name is one of the pattern's. Without a name (an image in a directory) only `**` is. */
export function matchesImage(pattern: ImagePattern, name: ImageName | undefined): boolean {
  if (pattern === '**') return true;
  if (name === undefined) return false;
  const [patternHost = '', ...patternPath] = pattern.split('/');
  const [host = '', ...path] = name.split('/');
  return matchesHost(patternHost, host) && matchesParts(patternPath, path);
}

function matchesHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  const dot = host.indexOf('.');
  return dot > 0 && host.slice(dot) === pattern.slice(1);
}

/** `**` is one part or more. Quadratic at worst, over names of at most 128 parts. */
function matchesParts(pattern: readonly string[], parts: readonly string[]): boolean {
  // reachable[i]: the pattern up to here can have taken the first i parts.
  let reachable = parts.map(() => false).concat(false);
  reachable[0] = true;
  for (const step of pattern) {
    const next = reachable.map(() => false);
    let any = false;
    for (let taken = 0; taken < parts.length; taken++) {
      any ||= reachable[taken] === true;
      if (step === '**') next[taken + 1] = any;
      else if (reachable[taken] === true) next[taken + 1] = matchesPart(step, parts[taken] ?? '');
    }
    reachable = next;
  }
  return reachable.at(-1) === true;
}

/** `*` is any text, also none. The usual greedy walk with one place to turn back to: no worse than pattern times text. */
function matchesPart(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  let index = 0;
  while (index < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      resume = index;
    } else if (pattern[at] === text[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      at = star + 1;
      index = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
