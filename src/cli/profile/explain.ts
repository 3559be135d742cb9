import type { Command } from 'commander';
import { entriesAbout, explainRules, type Keyed, type RuleExplained } from '../../profile/index.ts';
import { colour, interrupt, printable, write, writeJson } from '../output/index.ts';
import { openProfile, type ProfileFlags, takesProfile } from './open.ts';

interface ExplainOptions extends ProfileFlags {
  readonly json?: true;
}

/** Of one rule, in text: the rest is a number. */
const shown = 10;

export function registerExplain(parent: Command): void {
  takesProfile(
    parent.command('explain').argument('<profile>', 'a file, or an IMAGE').argument('[path]', 'of a program or file'),
  )
    .summary('the rules used, and the entries about a path')
    .description(
      'Each rule by which a profile was generalised: what it does, why, and which entries it made. With a PATH: the entries\n' +
        'that are about it.\n' +
        'Exit status: 0 it was told, 1 no entry is about the path, 2 usage, 3 it could not be told.',
    )
    .option('--json', 'as one document')
    .addHelpText(
      'after',
      '\nExamples:\n  holdfast profile explain web.profile.json\n' +
        '  holdfast profile explain web.profile.json /var/log/nginx/access.log.1',
    )
    .action(explain);
}

async function explain(text: string, path: string | undefined, options: ExplainOptions): Promise<void> {
  using stop = interrupt();
  const profile = await openProfile(text, options, stop.signal);
  if (path === undefined) {
    const told = explainRules(profile);
    await (options.json ? writeJson({ rules: told }) : write(told.map(ruleText).join('\n')));
    return;
  }
  const entries = entriesAbout(profile, path);
  if (entries.length === 0) process.exitCode = 1;
  if (options.json) await writeJson({ path, entries });
  else await write(entries.length === 0 ? `no entry is about ${printable(path)}\n` : entries.map(entryLine).join(''));
}

function ruleText({ rule, what, why, entries }: RuleExplained): string {
  const more = entries.length > shown ? [`  … and ${entries.length - shown} more\n`] : [];
  return [`${colour('cyan', rule)}: ${what} ${why}\n`, ...entries.slice(0, shown).map(entryLine), ...more].join('');
}

function entryLine({ section, key, allowed, seen }: Keyed): string {
  const by = seen === undefined || seen.rules.length === 0 ? '' : ` (${seen.rules.join(', ')})`;
  const times = seen === undefined ? '' : `, seen ${seen.count} times`;
  return `  ${printable(`${section} ${key}${allowed === '' ? '' : `  ${allowed}`}${times}${by}`)}\n`;
}
