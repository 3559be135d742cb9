import type { Command } from 'commander';
import { defaultSocket } from '../containers/index.ts';
import {
  type Base,
  baseOf,
  type Check,
  containerdCheck,
  kernelChecks,
  sensorChecks,
  storeCheck,
} from './host/index.ts';
import { type Colour, colour, printable, table, write, writeJson } from './output/index.ts';

interface DoctorOptions {
  readonly json?: true;
  readonly containerd?: string;
  readonly store?: string;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description(
      'What this host can show, tried for real, and what would improve it.\n' +
        'Exit status: 0 all that identity needs is there, 1 something is missing, 3 could not tell.',
    )
    .option('--containerd <socket>', `containerd's socket (looked for at ${defaultSocket})`)
    .option('--store <dir>', 'where evidence would be kept')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExamples:\n  holdfast doctor\n  sudo holdfast doctor --json | jq .base')
    .action(doctor);
}

const exits = { complete: 0, missing: 1, unknown: 3 } as const satisfies Record<Base, number>;

async function doctor(options: DoctorOptions): Promise<void> {
  const checks = [
    ...kernelChecks(),
    await containerdCheck(options.containerd ?? defaultSocket, options.containerd !== undefined),
    storeCheck(options.store),
    ...(await sensorChecks()),
  ];
  const base = baseOf(checks);
  if (options.json) await writeJson({ type: 'doctor', time: new Date().toISOString(), base, checks });
  else await write(page(checks, base));
  process.exitCode = exits[base];
}

const marks = { ok: '✓', partial: '~', missing: '✗', unknown: '?' } as const satisfies Record<Check['state'], string>;

function shade(check: Check): Colour {
  if (check.state === 'ok') return 'green';
  return check.needed && check.state !== 'partial' ? 'red' : 'yellow';
}

const verdicts = {
  complete: 'All that identity needs is here.',
  missing: 'Something that identity needs is missing: containers here can at best be `unknown`.',
  unknown: 'Could not tell whether all that identity needs is here.',
} as const satisfies Record<Base, string>;

/** The table, what stays unseen, then a remedy for each thing that is wanting: needed ones first. */
function page(checks: readonly Check[], base: Base): string {
  const rows = checks.map((check) => [
    colour(shade(check), marks[check.state]),
    check.name,
    check.state,
    check.needed ? 'needed' : '',
    printable(check.detail === '' ? (check.shows ?? '') : check.detail),
  ]);
  const columns = ['', 'what', 'state', 'need', 'found'].map((title) => ({ title, shrinks: title === 'found' }));
  const wanting = checks.filter((check) => check.remedy !== undefined);
  // Several hooks often want the same one thing: said once, with all their names.
  const byRemedy = Map.groupBy(
    wanting.toSorted((a, b) => Number(b.needed) - Number(a.needed)),
    (check) => check.remedy ?? '',
  );
  const unseen = wanting.flatMap(({ name, shows }) => (shows === undefined ? [] : [`  ${name.padEnd(18)}${shows}\n`]));
  const remedies = [...byRemedy].map(
    ([remedy, all]) => `  ${all.map(({ name }) => name).join(', ')}:\n    ${remedy}\n`,
  );
  return [
    table(columns, rows),
    ...section('Not seen on this host, or only in part:', unseen),
    ...section('What would improve it:', remedies),
    `\n${verdicts[base]}\n`,
  ].join('');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`\n${title}\n`, ...lines];
}
