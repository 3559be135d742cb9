/** One language: who runs what is written in it, and how that is called. */
interface Interpreter {
  /** The name of the executable that really runs. */
  readonly pattern: RegExp;
  /** The name of the library by which other programs are interpreters, too: a web server with PHP or Python in it. */
  readonly library?: RegExp;
  readonly endings: readonly string[];
}

/** Programs that run what they open: of their language, and the libraries that extend it. Shells load none. */
const interpreters: readonly Interpreter[] = [
  { pattern: /^(python|pypy)[\d.]*$/, library: /^lib(python|pypy)[\d.]*[a-z]*(-c)?\.so/, endings: ['.py', '.pyc'] },
  {
    pattern: /^(node|nodejs|bun|deno)[\d.]*$/,
    library: /^libnode\.so/,
    endings: ['.js', '.mjs', '.cjs', '.node'],
  },
  { pattern: /^j?ruby[\d.]*$/, library: /^libruby[-.\d]*\.so/, endings: ['.rb'] },
  { pattern: /^java$/, library: /^libjvm\.so/, endings: ['.jar'] },
  { pattern: /^perl[\d.]*$/, library: /^libperl\.so/, endings: ['.pl', '.pm'] },
  { pattern: /^php(-fpm|-cgi)?[\d.]*$/, library: /^(lib|mod_)php[\d.]*\.so/, endings: ['.php', '.phar', '.phtml'] },
  { pattern: /^lua(jit)?[-\d.]*$/, library: /^liblua(jit)?[-\d.]*\.so/, endings: ['.lua'] },
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

/**
 * Does this program run a file of this name when it opens it? `program` is the path of the executable itself, `embedded` the
 * endings of what the libraries that it mapped run.
 */
export function loads(program: string, path: string, embedded: ReadonlySet<string> = none): boolean {
  const name = nameOf(program);
  const file = nameOf(path);
  return (
    interpreters.some((one) => one.pattern.test(name) && isOf(one, file)) ||
    [...embedded].some((ending) => file.endsWith(ending))
  );
}

function isOf({ endings, library }: Interpreter, file: string): boolean {
  return endings.some((ending) => file.endsWith(ending)) || (library !== undefined && /\.so(\.\d+)*$/.test(file));
}

const none: ReadonlySet<string> = new Set();

/** What a program runs that has mapped this library: endings. */
export function embeddedBy(library: string): readonly string[] {
  const name = nameOf(library);
  return interpreters.flatMap((one) => (one.library?.test(name) === true ? one.endings : []));
}

/** Is there a language whose programs are called so? */
export function isModule(path: string): boolean {
  const file = nameOf(path);
  return interpreters.some(({ endings }) => endings.some((ending) => file.endsWith(ending)));
}

/** Does a path look like a script, whoever opens it? */
export function looksLikeScript(path: string): boolean {
  return /\.(py|pyc|js|mjs|cjs|rb|pl|pm|php|phar|sh|jar)$/.test(path);
}
