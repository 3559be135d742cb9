import type { Command } from 'commander';
import { registerAmend } from './profile/amend.ts';
import { registerAttach } from './profile/attach.ts';
import { registerDiff } from './profile/diff.ts';
import { registerExplain } from './profile/explain.ts';
import { registerLint } from './profile/lint.ts';
import { registerMerge } from './profile/merge.ts';
import { registerRecord } from './profile/record.ts';
import { registerShow } from './profile/show.ts';
import { registerTest } from './profile/test.ts';

export function register(program: Command): void {
  const profile = program
    .command('profile')
    .description(
      'Execution profiles: what a container of an image may do. PROFILE is a file; with --public-key or --trusted-root it is\n' +
        'an IMAGE, of which the profile that is attached and verifies is taken, the last recorded of several.\n' +
        'Exit status: 0 yes, 1 no (they differ, something was found), 2 usage, 3 it could not be told.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sudo holdfast profile record registry.example/team/web:1.2 --recipe recipe.yaml -o web.profile.json\n' +
        '  sudo holdfast profile test web.profile.json registry.example/team/web:1.2 --recipe recipe.yaml\n  holdfast profile show web.profile.json\n' +
        '  holdfast profile show registry.example/team/web:1.2 --public-key release.pub\n' +
        '  holdfast profile diff before.profile.json after.profile.json\n' +
        '  holdfast profile merge one.profile.json two.profile.json -o web.profile.json\n' +
        '  holdfast profile lint web.profile.json\n' +
        '  holdfast profile attach web.profile.json registry.example/team/web:1.2 --key release.key\n' +
        '  holdfast profile explain web.profile.json /var/log/nginx/access.log.1\n' +
        '  holdfast profile amend F-3d195c1f -o exception.yaml',
    );
  registerRecord(profile);
  registerTest(profile);
  registerShow(profile);
  registerDiff(profile);
  registerMerge(profile);
  registerLint(profile);
  registerExplain(profile);
  registerAttach(profile);
  registerAmend(profile);
}
