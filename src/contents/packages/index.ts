import { dpkg } from './dpkg.ts';
import { go } from './go.ts';
import { npm } from './npm.ts';
import { python } from './python.ts';
import type { PackageReader } from './reader.ts';

/**
 * The package databases that are read. A further one (apk, rpm, Maven, RubyGems, Cargo) is one more file beside these
 * and one more line here. The order is the precedence: where two packages claim one file, the distribution's own
 * package owns it, then the language's, then the binary's; every package stays listed.
 */
export const packageReaders: readonly PackageReader[] = [dpkg, python, npm, go];

export { type PackageProblem, packageProblems } from './problems.ts';
export type {
  FoundPackage,
  ImageView,
  KeptFile,
  PackageReader,
  ReaderResult,
  Scanner,
  Wish,
} from './reader.ts';
export { noWish } from './reader.ts';
