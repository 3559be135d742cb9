import type { Command } from 'commander';
import { profileDigest, profileDocument } from '../../profile/index.ts';
import { interrupt, write, writeJson } from '../output/index.ts';
import { openProfile, type ProfileFlags, takesProfile } from './open.ts';
import { profilePage } from './page.ts';

interface ShowOptions extends ProfileFlags {
  readonly json?: true;
}

export function registerShow(parent: Command): void {
  takesProfile(parent.command('show').argument('<profile>', 'a file, or an IMAGE'))
    .summary('everything it allows, and how it was recorded')
    .description('Everything a profile allows, how it was recorded, and by which rules it was generalised.')
    .option('--json', 'the document itself, with its digest')
    .addHelpText('after', '\nExample:\n  holdfast profile show web.profile.json')
    .action(show);
}

async function show(text: string, options: ShowOptions): Promise<void> {
  using stop = interrupt();
  const profile = await openProfile(text, options, stop.signal);
  const digest = profileDigest(profile);
  if (options.json) await writeJson({ digest, profile: profileDocument(profile) });
  else await write(profilePage(profile, digest));
}
