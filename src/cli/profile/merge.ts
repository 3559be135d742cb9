import { writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HoldfastError } from '../../errors/index.ts';
import { type ExecutionProfile, mergeProfiles, writeProfile } from '../../profile/index.ts';
import { interrupt, write } from '../output/index.ts';
import { openProfile, type ProfileFlags, takesProfile } from './open.ts';

interface MergeOptions extends ProfileFlags {
  readonly output?: string;
}

export function registerMerge(parent: Command): void {
  takesProfile(parent.command('merge').argument('<profile...>', 'two or more, of one image: files, or IMAGEs'))
    .summary('one that allows what any of these does')
    .description(
      'One profile that allows what any of these does. Runs are told apart by their ids: profiles of the same runs count once.\n' +
        'Scores of tests are left out: what was merged was not tested.',
    )
    .option('-o, --output <file>', 'write it to a file')
    .option('--json', 'a profile is JSON already: the same')
    .addHelpText('after', '\nExample:\n  holdfast profile merge one.profile.json two.profile.json -o web.profile.json')
    .action(merge);
}

async function merge(texts: readonly string[], options: MergeOptions): Promise<void> {
  using stop = interrupt();
  if (texts.length < 2)
    throw new HoldfastError('usage', 'one profile alone can not be merged', { place: 'profile merge' });
  const profiles: ExecutionProfile[] = [];
  for (const text of texts) profiles.push(await openProfile(text, options, stop.signal));
  const bytes = writeProfile(profiles.reduce(mergeProfiles));
  if (options.output === undefined) await write(`${Buffer.from(bytes).toString('utf8')}\n`);
  else await writeFile(options.output, bytes);
}
