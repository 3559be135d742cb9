import type { Command } from 'commander';
import { loadPolicies } from '../policy/index.ts';
import { interrupt, printable, table, write, writeJson } from './output/index.ts';

interface PolicyOptions {
  readonly json?: true;
}

export function register(program: Command): void {
  program
    .command('policy')
    .description(
      'Reads files of TrustPolicies as every other command does, with the keys they name, and says what is in them.\n' +
        'Exit status: 0 they are good, 2 one is not: the message names file, line and what is allowed there, 3 one can’t be read.',
    )
    .argument('<file...>', 'YAML or JSON')
    .option('--json', 'name, digest and images of each policy, as one document')
    .addHelpText('after', '\nExample:\n  holdfast policy policy.yaml     before it goes to the cluster')
    .action(policy);
}

async function policy(files: readonly string[], options: PolicyOptions): Promise<void> {
  using stop = interrupt();
  const { policies, exceptions } = await loadPolicies(files, stop.signal);
  const found = policies.map(({ name, digest, spec }) => ({
    name,
    digest,
    images: spec.images,
    mode: spec.admission.mode,
  }));
  if (options.json) return await writeJson({ policies: found, unsignedExceptions: exceptions.length });
  const columns = ['policy', 'mode', 'images', 'digest'].map((title) => ({ title }));
  const rows = found.map(({ name, digest, images, mode }) =>
    [name, mode, images.join(' '), digest.slice(0, 19)].map(printable),
  );
  await write(table(columns, rows));
  if (exceptions.length > 0)
    await write(`${exceptions.length} exceptions stand in the files: they count once they are signed and attached\n`);
}
