import type { Command } from 'commander';
import { type Difference, diffProfiles } from '../../profile/index.ts';
import { colour, interrupt, printable, write, writeJson } from '../output/index.ts';
import { openProfile, type ProfileFlags, takesProfile } from './open.ts';

interface DiffOptions extends ProfileFlags {
  readonly json?: true;
}

export function registerDiff(parent: Command): void {
  takesProfile(
    parent.command('diff').argument('<before>', 'a file, or an IMAGE').argument('<after>', 'a file, or an IMAGE'),
  )
    .summary('what another allows otherwise')
    .description(
      'What the second profile allows otherwise than the first. How often it was seen is not compared.\n' +
        'Exit status: 0 they allow the same, 1 they differ, 2 usage, 3 it could not be told.',
    )
    .option('--json', 'every difference, as one document')
    .addHelpText('after', '\nExample:\n  holdfast profile diff before.profile.json after.profile.json')
    .action(diff);
}

async function diff(before: string, after: string, options: DiffOptions): Promise<void> {
  using stop = interrupt();
  const [one, other] = [
    await openProfile(before, options, stop.signal),
    await openProfile(after, options, stop.signal),
  ];
  const differences = diffProfiles(one, other);
  if (options.json) await writeJson({ differences });
  else await write(differences.map(lineOf).join(''));
  if (differences.length > 0) process.exitCode = 1;
}

function lineOf({ section, key, before, after }: Difference): string {
  const about = printable(`${section} ${key}`);
  if (before === null) return `${colour('green', `+ ${about}${after === '' ? '' : `  ${printable(after ?? '')}`}`)}\n`;
  if (after === null) return `${colour('red', `- ${about}${before === '' ? '' : `  ${printable(before)}`}`)}\n`;
  return `${colour('yellow', `~ ${about}  ${printable(before) || 'nothing'} → ${printable(after) || 'nothing'}`)}\n`;
}
