import { writeSync } from 'node:fs';
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** One finished test, as the reporter sends it to descriptor 3. */
export interface TestRecord {
  readonly file: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly why?: string;
}

interface Finished {
  readonly name: string;
  readonly file?: string;
  readonly nesting: number;
  readonly skip?: string | boolean;
  readonly todo?: string | boolean;
  readonly details: {
    readonly type?: string;
    readonly duration_ms: number;
    readonly error?: Error & { readonly failureType?: string };
  };
}

function record(entry: TestRecord): void {
  writeSync(3, `${JSON.stringify(entry)}\n`);
}

/** Suites, and parents that fail only because a child did, are not tests of their own. */
function counts(test: Finished): boolean {
  return test.details.type !== 'suite' || (test.details.error !== undefined && !onlyChildren(test));
}

function onlyChildren(test: Finished): boolean {
  return test.details.error?.failureType === 'subtestsFailed';
}

function failure(test: Finished, place: string): string {
  const { error } = test.details;
  const shown = error?.cause instanceof Error ? traceOf(error.cause) : inspect(error);
  return `  ✗ ${place} › ${test.name}\n${shown.replaceAll(/^/gm, '      ')}\n`;
}

/** The error with its causes and our own frames; node's frames and the repeated fields of an assertion say nothing. */
function traceOf(error: Error): string {
  const lines = (error.stack ?? `${error.name}: ${error.message}`).split('\n');
  const own = lines.filter((line) => !/^ +at .*\(?node:/.test(line)).join('\n');
  return error.cause === undefined ? own : `${own}\ncause: ${inspect(error.cause)}`;
}

/**
 * node:test reporter: a line a file, failures in full, skipped tests by name; every outcome also as JSON to descriptor 3.
 * A file that holds no test is a failure: it would pass whatever the code does.
 */
export default async function* reporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const files = new Map<string, { passed: number; millis: number }>();
  for await (const event of source) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') {
      if (event.type === 'test:stderr') yield event.data.message;
      continue;
    }
    if (event.type !== 'test:pass' && event.type !== 'test:fail') continue;
    const test = event.data as Finished;
    const path = test.file ?? test.name;
    const file = relative(process.cwd(), path);
    const known = files.get(file) ?? { passed: 0, millis: 0 };
    files.set(file, known);
    if (test.nesting === 0) known.millis += test.details.duration_ms;
    if (!counts(test) || onlyChildren(test)) continue;

    const why = test.skip ?? test.todo;
    if (event.type === 'test:fail') {
      yield failure(test, file);
      record({ file, name: test.name, outcome: 'failed' });
    } else if (why !== undefined && why !== false) {
      const reason = typeof why === 'string' && why !== '' ? why : 'no reason given';
      yield `  - ${file} › ${test.name}: skipped: ${reason}\n`;
      record({ file, name: test.name, outcome: 'skipped', why: reason });
    } else if (test.name === path || relative(process.cwd(), test.name) === file) {
      yield `  ✗ ${file}: holds no test\n`;
      record({ file, name: 'holds no test', outcome: 'failed' });
    } else {
      known.passed += 1;
      record({ file, name: test.name, outcome: 'passed' });
    }
  }
  for (const [file, { passed, millis }] of [...files].toSorted(([, a], [, b]) => b.millis - a.millis)) {
    yield `  ${String(passed).padStart(4)} passed ${(millis / 1000).toFixed(1).padStart(7)} s  ${file}\n`;
  }
}
