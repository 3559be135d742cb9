import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { writeBom } from '../sbom/index.ts';
import { storedRbom } from '../watch/index.ts';
import { write } from './output/index.ts';
import { openStore } from './running/index.ts';
import { version } from './version.ts';

interface RbomOptions {
  readonly output?: string;
  readonly store?: string;
}

export function register(program: Command): void {
  program
    .command('rbom')
    .description(
      'Runtime BOM: what truly executed, was mapped, loaded or merely read, with first and last seen and the coverage.\n' +
        'CycloneDX 1.6. Also while the container runs, and after it ended.',
    )
    .argument('<container|digest>', 'an id, its beginning, a name; or the digest of an image: all its containers')
    .option('-o, --output <file>', 'write it to a file')
    .option('--store <dir>', 'where evidence is kept')
    .option('--json', 'CycloneDX is JSON already: the same')
    .addHelpText('after', '\nExamples:\n  holdfast rbom web\n  holdfast rbom sha256:1f0c… -o rbom.cdx.json')
    .action(rbom);
}

async function rbom(text: string, options: RbomOptions): Promise<void> {
  await using ledger = openStore(options.store);
  const bytes = writeBom(storedRbom(ledger, text, version(), new Date().toISOString()));
  if (options.output === undefined) await write(bytes);
  else await writeFile(options.output, bytes);
}
