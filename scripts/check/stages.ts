import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { verdictOf } from './command.ts';
import { missingForInterop, missingForKernel, missingForTruth, missingForVectors } from './host.ts';
import type { Stage, Tally } from './stage.ts';
import { filesOf, runTests, runTestsTwice } from './tests.ts';

const bin = 'node_modules/.bin/';
const minutes = 60;

/** A stage whose tests need something of this host; without it each of its files is left out by name. */
async function where(
  missing: readonly string[],
  kind: 'kernel' | 'truth' | 'interop' | 'vectors',
  signal: AbortSignal,
): Promise<Tally> {
  const files = filesOf(kind);
  if (missing.length === 0 || files.length === 0) return runTestsTwice(files, 1, signal);
  return { passed: 0, failed: 0, leftOut: files.map((file) => `${file}: ${missing.join(', ')}`) };
}

/** All stages in the order `make ci` runs them: cheap ones first. */
export const stages: readonly Stage[] = [
  { name: 'format', limit: 60, run: (signal) => verdictOf(`${bin}biome`, ['check'], signal) },
  { name: 'lint', limit: 120, run: (signal) => verdictOf(`${bin}oxlint`, ['--type-aware', '--quiet'], signal) },
  { name: 'types', limit: 120, run: (signal) => verdictOf(`${bin}tsc`, ['--noEmit'], signal) },
  {
    name: 'clang-format',
    limit: 60,
    // vmlinux.h keeps the kernel's own layout.
    run: (signal) => {
      const files = globSync('sensor/**/*.{c,h}', { exclude: ['sensor/build/**', 'sensor/bpf/vmlinux.h'] });
      return verdictOf('clang-format', ['--dry-run', '--Werror', ...files.toSorted()], signal);
    },
  },
  {
    name: 'shellcheck',
    limit: 60,
    run: (signal) => verdictOf('shellcheck', ['bin/holdfast', '.ci/run', ...globSync('scripts/**/*.sh')], signal),
  },
  { name: 'house', limit: 120, run: (signal) => runTests(filesOf('house'), 1, signal) },
  { name: 'unit', limit: 8 * minutes, run: (signal) => runTestsTwice(filesOf('unit'), availableParallelism(), signal) },
  { name: 'vectors', limit: 8 * minutes, run: (signal) => where(missingForVectors(), 'vectors', signal) },
  // One at a time: they share one kernel, and a flood in one file is noise in another.
  { name: 'kernel', limit: 22 * minutes, run: (signal) => where(missingForKernel(), 'kernel', signal) },
  { name: 'truth', limit: 12 * minutes, run: (signal) => where(missingForTruth(), 'truth', signal) },
  // The first time, Go builds the other tools.
  { name: 'interop', limit: 20 * minutes, run: (signal) => where(missingForInterop(), 'interop', signal) },
  { name: 'pack', limit: 5 * minutes, run: (signal) => runTests(filesOf('pack'), 1, signal) },
];
