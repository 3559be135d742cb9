import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import type { TestRecord } from './reporter.ts';
import type { Tally } from './stage.ts';

const reporter = fileURLToPath(new URL('reporter.ts', import.meta.url));
const oneTest = 600_000;

/** Runs node:test files, `parallel` of them at a time. No file at all is a failure, so that a moved folder is noticed. */
export async function runTests(files: readonly string[], parallel: number, signal: AbortSignal): Promise<Tally> {
  if (files.length === 0) throw new Error('no test file matches');
  const count = { passed: 0, failed: 0, skipped: 0 };
  const leftOut: string[] = [];
  const onRecord = (line: string): void => {
    const { file, name, outcome, why } = JSON.parse(line) as TestRecord;
    count[outcome] += 1;
    if (outcome === 'skipped') leftOut.push(`${file} › ${name}: ${why}`);
  };
  const args = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    `--test-reporter=${reporter}`,
    `--test-concurrency=${parallel}`,
    `--test-timeout=${oneTest}`,
    ...files,
  ];
  const code = await run({ file: process.execPath, args, signal, onRecord });
  // The runner said no without naming a test: a crash, a time limit.
  const failed = code !== 0 && count.failed === 0 ? 1 : count.failed;
  return { passed: count.passed, failed, leftOut };
}

/** Test files of a kind: `kernel` and `truth` by their ending, `house` and `pack` by their folder, `unit` all others. */
export function filesOf(kind: 'unit' | 'kernel' | 'truth' | 'house' | 'pack'): readonly string[] {
  const all = globSync('test/**/*.test.ts').toSorted();
  return all.filter((file) => kindOf(file) === kind);
}

function kindOf(file: string): 'unit' | 'kernel' | 'truth' | 'house' | 'pack' {
  if (file.startsWith('test/house/')) return 'house';
  if (file.startsWith('test/pack/')) return 'pack';
  if (file.endsWith('.kernel.test.ts')) return 'kernel';
  return file.endsWith('.truth.test.ts') ? 'truth' : 'unit';
}
