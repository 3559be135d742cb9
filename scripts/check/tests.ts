import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run } from './command.ts';
import type { TestRecord } from './reporter.ts';
import type { Tally } from './stage.ts';

const reporter = fileURLToPath(new URL('reporter.ts', import.meta.url));
const oneTest = 600_000;

/** What became of one file's tests. */
interface FileTally {
  passed: number;
  failed: number;
  skipped: number;
  readonly leftOut: string[];
}

/** Runs node:test files, `parallel` of them at a time. No file at all is a failure, so that a moved folder is noticed. */
export async function runTests(files: readonly string[], parallel: number, signal: AbortSignal): Promise<Tally> {
  if (files.length === 0) throw new Error('no test file matches');
  const { tallies, code } = await runFiles(files, parallel, signal);
  return sumOf(tallies, code);
}

/**
 * As `runTests`, and the files that failed once more, one at a time: they share a kernel and its clock with all else that the
 * host does, and what they wait for is bounded. A file that fails twice has failed; one that needed the second try is named.
 */
export async function runTestsTwice(files: readonly string[], parallel: number, signal: AbortSignal): Promise<Tally> {
  if (files.length === 0) throw new Error('no test file matches');
  const first = await runFiles(files, parallel, signal);
  const again = files.filter((file) => hasFailed(file, files, first.tallies));
  if (again.length === 0 || signal.aborted) return sumOf(first.tallies, first.code);
  process.stdout.write(`  second try: ${again.join(', ')}\n`);
  const second = await runFiles(again, 1, signal);
  return sumOf(new Map([...first.tallies, ...second.tallies]), second.code);
}

/** Tests that several files share are reported under the file they stand in: a file without tests of its own has theirs. */
function hasFailed(file: string, files: readonly string[], tallies: ReadonlyMap<string, FileTally>): boolean {
  const own = tallies.get(file);
  if (own !== undefined) return own.failed > 0;
  const shared = [...tallies].filter(([name]) => !files.includes(name));
  return shared.length === 0 || shared.some(([, tally]) => tally.failed > 0);
}

async function runFiles(
  files: readonly string[],
  parallel: number,
  signal: AbortSignal,
): Promise<{ readonly tallies: ReadonlyMap<string, FileTally>; readonly code: number | undefined }> {
  const tallies = new Map<string, FileTally>();
  const onRecord = (line: string): void => {
    const { file, name, outcome, why } = JSON.parse(line) as TestRecord;
    const tally = tallies.get(file) ?? { passed: 0, failed: 0, skipped: 0, leftOut: [] };
    tallies.set(file, tally);
    tally[outcome] += 1;
    if (outcome === 'skipped') tally.leftOut.push(`${file} › ${name}: ${why}`);
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
  return { tallies, code };
}

function sumOf(tallies: ReadonlyMap<string, FileTally>, code: number | undefined): Tally {
  const all = [...tallies.values()];
  const failed = all.reduce((sum, tally) => sum + tally.failed, 0);
  return {
    passed: all.reduce((sum, tally) => sum + tally.passed, 0),
    // The runner said no without naming a test: a crash, a time limit.
    failed: code !== 0 && failed === 0 ? 1 : failed,
    leftOut: all.flatMap((tally) => tally.leftOut),
  };
}

export type TestKind = 'unit' | 'vectors' | 'kernel' | 'truth' | 'interop' | 'house' | 'pack';

/** Test files of a kind: `vectors`, `kernel`, `truth` and `interop` by their ending, `house` and `pack` by their folder, `unit` all others. */
export function filesOf(kind: TestKind): readonly string[] {
  const all = globSync('test/**/*.test.ts').toSorted();
  return all.filter((file) => kindOf(file) === kind);
}

function kindOf(file: string): TestKind {
  if (file.startsWith('test/house/')) return 'house';
  if (file.startsWith('test/pack/')) return 'pack';
  if (file.endsWith('.kernel.test.ts')) return 'kernel';
  if (file.endsWith('.interop.test.ts')) return 'interop';
  if (file.endsWith('.vectors.test.ts')) return 'vectors';
  return file.endsWith('.truth.test.ts') ? 'truth' : 'unit';
}
