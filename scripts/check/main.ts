import { resolve } from 'node:path';
import { type Result, runStage } from './stage.ts';
import { stages } from './stages.ts';

// `node scripts/check/main.ts [STAGE…]`: runs the named stages, or all. With CI=true whatever was left out is a failure.
const strict = process.env['CI'] === 'true';
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !stages.some((stage) => stage.name === name));
if (unknown.length > 0) throw new Error(`no such stage: ${unknown.join(', ')}`);

process.env['PATH'] = `${resolve('node_modules/.bin')}:${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
process.env['HOLDFAST_VECTORS'] ??= resolve('../shared/vectors');

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupt.abort(name));

function wordFor({ passed, failed, leftOut }: Result): string {
  if (failed > 0) return 'FAILED';
  return passed === 0 && leftOut.length > 0 ? 'left out' : 'ok';
}

const results: Result[] = [];
for (const stage of stages) {
  if (interrupt.signal.aborted) break;
  if (wanted.length > 0 && !wanted.includes(stage.name)) continue;
  process.stdout.write(`\n== ${stage.name}\n`);
  const result = await runStage(stage, strict, interrupt.signal);
  results.push(result);
  process.stdout.write(`== ${stage.name}: ${wordFor(result)} ${result.seconds.toFixed(1)} s\n`);
}

const sum = (of: (result: Result) => number): number => results.reduce((total, result) => total + of(result), 0);
const leftOut = results.flatMap((result) => result.leftOut.map((what) => `${result.name}: ${what}`));

process.stdout.write('\nstage             seconds  passed  failed  left out\n');
for (const { name, seconds, passed, failed, leftOut: out } of results) {
  const cells = [passed, failed, out.length].map((count) => String(count).padStart(8));
  process.stdout.write(`${name.padEnd(16)}${seconds.toFixed(1).padStart(9)}${cells.join('')}\n`);
}
if (leftOut.length > 0) process.stdout.write(`\nleft out, ${leftOut.length}:\n  ${leftOut.join('\n  ')}\n`);

const failed = sum((result) => result.failed);
process.exitCode = failed === 0 && !interrupt.signal.aborted ? 0 : 1;
process.stdout.write(`\n${sum((result) => result.passed)} passed, ${failed} failed\n`);
