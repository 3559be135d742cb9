const longest = 8192;
const target = /[ \t,]*<([^<>]*)>/y;
const parameter = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s",;]*)))?/y;
const end = /[ \t]*(?:,|$)/y;

/**
 * The target of the first link with relation `next` (RFC 8288, 3), as written. undefined = there is none;
 * null = not a list of links.
 */
export function nextLink(header: string): string | undefined | null {
  if (header.length > longest) return null;
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match ?? undefined;
  };
  while (at < header.length) {
    const link = take(target);
    if (link === undefined) return /^[ \t,]*$/.test(header.slice(at)) ? undefined : null;
    let next = false;
    let seen = false;
    for (let found = take(parameter); found !== undefined; found = take(parameter)) {
      if (found[1]?.toLowerCase() !== 'rel' || seen) continue;
      // Of several rel parameters only the first counts.
      seen = true;
      next = (found[2] ?? found[3] ?? '')
        .toLowerCase()
        .split(/[ \t]+/)
        .includes('next');
    }
    if (take(end) === undefined) return null;
    if (next) return link[1] ?? '';
  }
  return undefined;
}
