import type { Command } from 'commander';
import { findContainer, storedFindings, subjectOfFinding } from '../watch/index.ts';
import { colour, printable, table, write, writeJson } from './output/index.ts';
import { openStore } from './running/index.ts';

interface FindingsOptions {
  readonly json?: true;
  readonly container?: string;
  readonly store?: string;
}

export function register(program: Command): void {
  program
    .command('findings')
    .description('What was found, newest first.\nExit status: 0 nothing, 1 something was found, 3 could not tell.')
    .option('--container <container>', 'of one container: an id, its beginning, or a name')
    .option('--store <dir>', 'where evidence is kept')
    .option('--json', 'one JSON document')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast findings --container web\n  holdfast findings --json | jq .findings[].code',
    )
    .action(findings);
}

async function findings(options: FindingsOptions): Promise<void> {
  await using ledger = openStore(options.store);
  const container = options.container === undefined ? undefined : findContainer(ledger, options.container);
  const found = storedFindings(ledger, container);
  if (options.json) await writeJson({ type: 'findings', time: new Date().toISOString(), findings: found });
  else if (found.length === 0) await write('Nothing was found.\n');
  else {
    const titles = ['id', 'time', 'container', 'code', 'file', 'by'];
    const columns = titles.map((title) => ({ title, shrinks: title === 'file' }));
    const rows = found.map((one) => [
      one.id,
      one.time.slice(0, 19).replace('T', ' '),
      printable(one.container),
      colour('red', one.code),
      printable(subjectOfFinding(one)),
      printable(one.process.path === '' ? `pid ${one.process.pid}` : one.process.path),
    ]);
    await write(`${table(columns, rows)}\n\`holdfast explain ID\` tells the story of one.\n`);
  }
  process.exitCode = found.length === 0 ? 0 : 1;
}
