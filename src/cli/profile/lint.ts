import type { Command } from 'commander';
import { type Lint, type LintCode, lintCodes, lintProfile } from '../../profile/index.ts';
import { colour, interrupt, printable, write, writeJson } from '../output/index.ts';
import { openProfile, type ProfileFlags, takesProfile } from './open.ts';

interface LintOptions extends ProfileFlags {
  readonly json?: true;
}

/** Of one kind, in text: the rest is a number. */
const shown = 5;

export function registerLint(parent: Command): void {
  takesProfile(parent.command('lint').argument('<profile>', 'a file, or an IMAGE'))
    .summary('what is too wide, not pinned or incomplete')
    .description(
      'What in a profile is too wide, not pinned, incomplete, or somebody’s hand; with what to do about it.\n' +
        'Exit status: 0 nothing was found, 1 something was, 2 usage, 3 it could not be told.',
    )
    .option('--json', 'everything that was found, as one document')
    .addHelpText('after', '\nExample:\n  holdfast profile lint web.profile.json')
    .action(lint);
}

async function lint(text: string, options: LintOptions): Promise<void> {
  using stop = interrupt();
  const found = lintProfile(await openProfile(text, options, stop.signal));
  if (options.json) await writeJson({ found: found.map((one) => ({ ...one, ...lintCodes[one.code] })) });
  else await write(page(found));
  if (found.length > 0) process.exitCode = 1;
}

function page(found: readonly Lint[]): string {
  const byCode = new Map<LintCode, string[]>();
  for (const { code, about } of found) byCode.set(code, [...(byCode.get(code) ?? []), about]);
  const parts = [...byCode].map(([code, all]) => {
    const more = all.length > shown ? [`  … and ${all.length - shown} more`] : [];
    const { meaning, remedy } = lintCodes[code];
    return [
      `${colour('yellow', code)}: ${meaning}`,
      ...all.slice(0, shown).map((one) => `  ${printable(one)}`),
      ...more,
      `  remedy: ${remedy}`,
    ];
  });
  return parts.map((lines) => `${lines.join('\n')}\n`).join('\n');
}
