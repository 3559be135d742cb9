import type { Command } from 'commander';
import { type ImageContents, packageReaders, readContents } from '../contents/index.ts';
import { bytesText, contentsPage } from './contents-page.ts';
import { interrupt, progress, write, writeJson } from './output/index.ts';
import { openNamed, type SourceOptions, takesSource } from './source.ts';

interface ContentsOptions extends SourceOptions {
  readonly json?: true;
}

export function register(program: Command): void {
  takesSource(program.command('contents'))
    .description(
      'Every file and package of an image: its file manifest.\n' +
        'Exit status: 0 it was read whole (also where a package database in it is broken: see the problems), 3 it could not be read.',
    )
    .option('--json', 'the whole document: files with sha256, mode, layer and owner; links; packages; problems')
    .addHelpText(
      'after',
      "\nExamples:\n  holdfast contents oci:./image\n  holdfast contents docker-archive:app.tar --json | jq '.files[] | select(.owner == null) | .path'",
    )
    .action(contents);
}

async function contents(source: string, options: ContentsOptions): Promise<void> {
  using stop = interrupt();
  const found = await readNamed(source, options, stop.signal);
  if (options.json) await writeJson(found);
  else await write(contentsPage(found));
}

/** Opens and reads the image that SOURCE names, telling on stderr how far it is. @throws as `openNamed` and `readContents` */
export async function readNamed(source: string, options: SourceOptions, signal: AbortSignal): Promise<ImageContents> {
  using line = progress();
  const { image, platform } = await openNamed(source, options, signal);
  await using opened = image;
  return await readContents(opened, {
    signal,
    ...(platform === undefined ? {} : { platform }),
    readers: packageReaders,
    progress: (bytes) => line.at(`reading ${source}: ${bytesText(bytes)}`),
  });
}
