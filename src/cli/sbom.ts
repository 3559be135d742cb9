import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HoldfastError } from '../errors/index.ts';
import { isSbomFormat, sbomFormats } from '../sbom/index.ts';
import { readNamed } from './contents.ts';
import { interrupt, printable, write } from './output/index.ts';
import { type SourceOptions, takesSource } from './source.ts';
import { version } from './version.ts';

interface SbomOptions extends SourceOptions {
  readonly format: string;
  readonly output?: string;
  readonly name?: string;
  readonly files?: true;
}

export function register(program: Command): void {
  takesSource(program.command('sbom'))
    .description(
      'Software bill of materials of an image. The same image gives the same bytes.\n' +
        'Exit status: 0 it was written (also where a package database is broken: it says so), 3 the image could not be read.',
    )
    .option('--format <format>', Object.keys(sbomFormats).join(', '), 'cyclonedx')
    .option('--name <name>', 'what people call the image, such as registry.example/app:1.2 (default: only its digests)')
    .option('--files', 'list each component’s files with their sha256')
    .option('-o, --output <file>', 'write it to a file')
    .option('--json', 'both formats are JSON already: the same')
    .addHelpText(
      'after',
      "\nExamples:\n  holdfast sbom oci:./image -o app.cdx.json\n  holdfast sbom docker-archive:app.tar | jq -r '.components[].purl'",
    )
    .action(sbom);
}

async function sbom(source: string, options: SbomOptions): Promise<void> {
  if (!isSbomFormat(options.format)) {
    throw new HoldfastError('usage', `--format is ${Object.keys(sbomFormats).join(' or ')}`, { place: options.format });
  }
  using stop = interrupt();
  const contents = await readNamed(source, options, stop.signal);
  const text = sbomFormats[options.format](contents, {
    toolVersion: version(),
    occurrences: options.files === true ? 'files' : 'locations',
    ...(options.name === undefined ? {} : { name: options.name }),
  });
  if (options.output === undefined) await write(text);
  else await writeFile(options.output, text);
  for (const { place, code, message } of contents.problems.slice(0, 10)) {
    process.stderr.write(printable(`holdfast: ${code} at ${place}: ${message}`) + '\n');
  }
  const more = contents.problems.length - 10;
  if (more > 0) process.stderr.write(`holdfast: ${more} more problems are in the SBOM\n`);
}
