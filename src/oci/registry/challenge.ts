/** One challenge of a WWW-Authenticate header (RFC 9110, 11.6.1). Scheme and parameter names are lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const longest = 8192;
const mostParameters = 32;
const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const token68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const quoted = /"((?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*)"/y;
const space = /[ \t]*/y;
const separator = /[ \t]*(?:,[ \t]*)*/y;

/** undefined = not a list of challenges, or longer than any honest one. */
export function parseChallenges(header: string): readonly Challenge[] | undefined {
  if (header.length > longest) return undefined;
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match === null) return undefined;
    at = pattern.lastIndex;
    return match[1] ?? match[0];
  };
  const challenges: Challenge[] = [];
  take(separator);
  while (at < header.length) {
    const scheme = take(token);
    if (scheme === undefined) return undefined;
    const parameters = new Map<string, string>();
    challenges.push({ scheme: scheme.toLowerCase(), parameters });
    const spaced = take(space);
    if (spaced !== '') take(token68);
    for (;;) {
      const before = at;
      if (before > 0) take(separator);
      const name = take(token)?.toLowerCase();
      if (name !== undefined) take(space);
      if (name === undefined || header[at] !== '=') {
        // The next scheme, or the end.
        at = before;
        break;
      }
      at++;
      take(space);
      const value = header[at] === '"' ? take(quoted)?.replaceAll(/\\(.)/g, '$1') : take(token);
      if (value === undefined || parameters.has(name) || parameters.size === mostParameters) return undefined;
      parameters.set(name, value);
      take(space);
      if (at < header.length && header[at] !== ',') return undefined;
    }
    const separated = at;
    take(separator);
    if (at < header.length && at === separated) return undefined;
  }
  return challenges;
}
