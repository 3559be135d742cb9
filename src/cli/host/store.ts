import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { storeDirectory } from '../../ledger/index.ts';
import type { Check } from './check.ts';

/** Whether evidence could be kept: the store's directory, or the first one above it that is there, can be written. */
export function storeCheck(option: string | undefined): Check {
  const directory = storeDirectory(option, process.env, process.getuid?.() ?? -1);
  let there = directory;
  while (!existsSync(there)) there = dirname(there);
  const detail = there === directory ? directory : `${directory}, to be made`;
  try {
    accessSync(there, constants.W_OK | constants.X_OK);
    return { name: 'store', state: 'ok', detail, needed: true };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const remedy = 'Name a directory of your own with --store or HOLDFAST_STORE.';
    return { name: 'store', state: 'missing', detail: `${there}: ${code ?? 'not writable'}`, needed: true, remedy };
  }
}
