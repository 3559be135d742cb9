/**
 * Programs that run what they open, by the name of the executable that really runs. Libraries are none of it: they are mapped
 * to be run, and that is seen by itself.
 */
const interpreters: readonly { readonly pattern: RegExp; readonly endings: readonly string[] }[] = [
  { pattern: /^(python|pypy)[\d.]*$/, endings: ['.py', '.pyc'] },
  { pattern: /^(node|nodejs|bun|deno)[\d.]*$/, endings: ['.js', '.mjs', '.cjs', '.node'] },
  { pattern: /^j?ruby[\d.]*$/, endings: ['.rb'] },
  { pattern: /^java$/, endings: ['.jar'] },
  { pattern: /^perl[\d.]*$/, endings: ['.pl', '.pm'] },
  { pattern: /^php(-fpm|-cgi)?[\d.]*$/, endings: ['.php', '.phar'] },
  { pattern: /^(ba|da|a|k|z|mk|fi|c|tc)?sh$/, endings: ['.sh'] },
  { pattern: /^(busybox|toybox)$/, endings: ['.sh'] },
];

/** Endings whose opened files the sensor is asked to hash. */
export const hashedEndings: readonly string[] = [
  ...new Set([
    ...interpreters.flatMap((one) => one.endings),
    '.py',
    '.pyc',
    '.js',
    '.mjs',
    '.cjs',
    '.rb',
    '.jar',
    '.so',
    '.node',
  ]),
].sort();

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Does this program run a file of this name when it opens it? `program` is the path of the executable itself. */
export function loads(program: string, path: string): boolean {
  const name = nameOf(program);
  const file = nameOf(path);
  return interpreters.some((one) => one.pattern.test(name) && one.endings.some((ending) => file.endsWith(ending)));
}

/** Does a path look like a script, whoever opens it? */
export function looksLikeScript(path: string): boolean {
  return /\.(py|pyc|js|mjs|cjs|rb|pl|pm|php|phar|sh|jar)$/.test(path);
}
