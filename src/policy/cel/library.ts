import { createRequire } from 'node:module';
import type * as Cel from '@bufbuild/cel';
import type * as Re2 from '@bufbuild/re2';

// A hundred files and more, for policies with conditions or patterns; a command waits for it when it starts.
const require = createRequire(import.meta.url);
let cel: typeof Cel | undefined;
let re2: typeof Re2 | undefined;

/** The CEL library, loaded by the first condition. */
export function celLibrary(): typeof Cel {
  cel ??= require('@bufbuild/cel') as typeof Cel;
  return cel;
}

/** The RE2 library, loaded by the first pattern. */
export function re2Library(): typeof Re2 {
  re2 ??= require('@bufbuild/re2') as typeof Re2;
  return re2;
}
