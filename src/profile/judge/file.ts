import { type Amendment, formatAmendment, longestLine } from '../amendment/line.ts';
import { access, type FileEntry } from '../model.ts';
import type { FileUsed } from '../observation.ts';
import { isPlainPath, pathPattern } from '../pattern/index.ts';
import type { CompiledProfile } from './compile.ts';
import type { Drift } from './drift.ts';
import type { DriftCode } from './drift-codes.ts';
import { nearestFile } from './nearest.ts';
import { hasBytes } from './process.ts';

export function judgeFile(compiled: CompiledProfile, seen: FileUsed): 'allowed' | Drift {
  const exact = compiled.files.get(seen.path);
  if (exact !== undefined && allows(exact, seen)) return 'allowed';
  if (seen.access !== 'write') {
    // A program may be read and mapped by whoever may run it.
    const program = compiled.programs.get(seen.path);
    if (program !== undefined && hasBytes(program, seen)) return 'allowed';
  }
  const plain = isPlainPath(seen.path);
  if (plain && compiled.patterns.find(seen.path, (entry) => allows(entry, seen)) !== undefined) return 'allowed';
  const other = exact ?? (plain ? compiled.patterns.find(seen.path, () => true) : undefined);
  return driftOf(compiled, other, seen);
}

/** Writing and executing each allow reading; executing is of the image's own bytes, or of those that are named. */
function allows(entry: FileEntry, { access: wanted, ofImage, sha256 }: FileUsed): boolean {
  switch (wanted) {
    case 'read':
      return !entry.imageOnly || ofImage || (entry.access & access.write) !== 0;
    case 'write':
      return (entry.access & access.write) !== 0;
    case 'execute':
      return (
        (entry.access & access.execute) !== 0 && (ofImage || (sha256 !== undefined && entry.sha256.includes(sha256)))
      );
  }
}

const verbs = { read: 'read', write: 'written', execute: 'used as code' } as const;

function driftOf(compiled: CompiledProfile, entry: FileEntry | undefined, seen: FileUsed): Drift {
  const { code, why } = reasonOf(entry, seen);
  return {
    code,
    observation: seen,
    why: `${seen.path} was ${verbs[seen.access]}; ${why}`,
    nearest: nearestFile(compiled, entry, seen.path),
    amendment: amendmentFor(seen),
  };
}

function reasonOf(
  entry: FileEntry | undefined,
  { access: wanted }: FileUsed,
): { readonly code: DriftCode; readonly why: string } {
  if (entry === undefined) return { code: 'file-not-in-profile', why: 'no entry of the profile is about it' };
  if (wanted === 'write') return { code: 'file-written', why: 'the profile does not let it be written' };
  if (wanted === 'execute' && (entry.access & access.execute) === 0)
    return { code: 'file-executed', why: 'the profile has it as data only' };
  return { code: 'file-other-bytes', why: 'its bytes are neither the image’s nor those of the profile' };
}

function amendmentFor({ path, access: wanted, ofImage, sha256 }: FileUsed): Amendment | undefined {
  if (!isPlainPath(path)) return undefined;
  const bytes = wanted === 'execute' && !ofImage ? sha256 : undefined;
  if (wanted === 'execute' && !ofImage && bytes === undefined) return undefined;
  const amendment: Amendment = { verb: 'file', pattern: pathPattern(path), access: access[wanted], bytes };
  return formatAmendment(amendment).length <= longestLine ? amendment : undefined;
}
