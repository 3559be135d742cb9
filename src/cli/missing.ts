import type { Command } from 'commander';
import { isDigest, type Missing, missingFrom, survey } from '../oci/index.ts';
import { imageHelp, type OpenedImage, openImage } from './evidence/image.ts';
import { missingText } from './evidence/missing-text.ts';
import { interrupt, printable, progress, write, writeJson } from './output/index.ts';
import { type RegistryFlags, takesRegistryFlags } from './source.ts';

interface MissingOptions extends RegistryFlags {
  readonly json?: true;
}

export function register(program: Command): void {
  takesRegistryFlags(program.command('missing'))
    .argument('<source>', 'one copy of an image, in a registry or oci:DIR[:TAG]')
    .argument('<destination>', 'the other')
    .description(
      'Names what one of two copies of an image has and the other lacks: evidence, parts, blobs. Both ways.\n' +
        'Exit status: 0 nothing is missing on either side, 1 something is, 3 one could not be read.',
    )
    .option('--json', 'as one document')
    .addHelpText(
      'after',
      `${imageHelp}\n\nExample:\n  holdfast missing registry.example/dev/app:1.2 registry.example/prod/app:1.2`,
    )
    .action(missing);
}

async function missing(from: string, to: string, options: MissingOptions): Promise<void> {
  using stop = interrupt();
  using line = progress();
  await using source = await openImage(from, options, stop.signal);
  await using destination = await openImage(to, options, stop.signal);
  line.at('comparing');
  const there = await lackedBy(destination, source, stop.signal);
  const here = await lackedBy(source, destination, stop.signal);
  line.end();
  if (options.json) await writeJson({ source: { name: from, lacks: here }, destination: { name: to, lacks: there } });
  else await write(page(to, there) + page(from, here));
  if (there.length + here.length > 0) process.exitCode = 1;
}

/** What belongs to the image on the one side, by the digest it has there, and is not on the other. */
async function lackedBy(other: OpenedImage, one: OpenedImage, signal: AbortSignal): Promise<readonly Missing[]> {
  const tag = other.reference === undefined || isDigest(other.reference) ? undefined : other.reference;
  return await missingFrom(await survey(one.repository, one.reference, signal), other.repository, tag, signal);
}

function page(name: string, lacks: readonly Missing[]): string {
  if (lacks.length === 0) return `${printable(name)} lacks nothing\n`;
  return [`${name} lacks:`, ...lacks.map((one) => `  ${missingText(one)}`)]
    .map((line) => `${printable(line)}\n`)
    .join('');
}
