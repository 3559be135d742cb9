import type { Command } from 'commander';
import { type Terms, termNames, type Verdict, verdict, type Word, worseWord } from '../verdict/index.ts';
import { findContainer, type StoredContainer, storedContainers, storedPackages, storedState } from '../watch/index.ts';
import { printable, table, write, writeJson } from './output/index.ts';
import { openStore, termsOf, wordText } from './running/index.ts';

interface StatusOptions {
  readonly json?: true;
  readonly all?: true;
  readonly store?: string;
}

export function register(program: Command): void {
  program
    .command('status')
    .description(
      'The verdict of each container, each of its five terms by itself, and why.\n' +
        'Exit status: 0 all verified, 1 one is not, 3 could not tell.',
    )
    .argument('[container]', 'an id, its beginning, or a name; without it all that run')
    .option('--all', 'ended containers too')
    .option('--store <dir>', 'where evidence is kept')
    .option('--json', 'one JSON document')
    .addHelpText('after', '\nExamples:\n  holdfast status\n  holdfast status web --json | jq .containers[0].terms')
    .action(status);
}

interface Judged {
  readonly container: StoredContainer;
  readonly terms: Terms;
  readonly verdict: Verdict;
  readonly packages: ReturnType<typeof storedPackages>;
  readonly coverage: ReturnType<typeof storedState>['coverage'];
}

const exits = { verified: 0, unverified: 1, exposed: 1, drifted: 1, unknown: 3 } as const satisfies Record<
  Word,
  number
>;

async function status(text: string | undefined, options: StatusOptions): Promise<void> {
  await using ledger = openStore(options.store);
  const chosen =
    text === undefined
      ? storedContainers(ledger).filter((one) => options.all === true || one.ended === undefined)
      : [findContainer(ledger, text)];
  const now = new Date().toISOString();
  const judged = chosen.map((container): Judged => {
    const state = storedState(ledger, container, now);
    const terms = termsOf(state);
    const packages = storedPackages(ledger, container);
    return { container, terms, verdict: verdict(terms), packages, coverage: state.coverage };
  });
  if (options.json) await writeJson({ type: 'status', time: now, containers: judged.map(documentOf) });
  else await write(page(judged));
  const [first, ...rest] = judged;
  const worst =
    first === undefined ? 'unknown' : rest.reduce((word, one) => worseWord(word, one.verdict.word), first.verdict.word);
  process.exitCode = exits[worst];
}

function documentOf({ container, terms, verdict: { word, reasons }, packages, coverage }: Judged): object {
  const { display, name, workload = null, image = null, seen, ended = null, body } = container;
  return {
    container: display,
    name,
    workload,
    image,
    imageName: body.image.name,
    named: body.image.named,
    pod: body.pod,
    seen,
    ended,
    word,
    reasons,
    terms,
    packages,
    coverage,
  };
}

function page(judged: readonly Judged[]): string {
  if (judged.length === 0) return 'No containers in the store. `holdfast watch` fills it.\n';
  const columns = [
    { title: 'container', shrinks: true },
    { title: 'verdict' },
    ...termNames.map((title) => ({ title })),
    { title: 'packages in use' },
  ];
  const rows = judged.map(({ container, terms, verdict: { word }, packages }) => [
    printable(container.display) + (container.ended === undefined ? '' : ' (ended)'),
    wordText(word),
    ...termNames.map((name) => terms[name].state),
    packages.total === 0 ? '' : `${packages.used} of ${packages.total}`,
  ]);
  const reasons = judged.map(
    ({ container, verdict: { reasons: list } }) =>
      `\n${printable(container.display)}\n${list
        .map(
          (one) =>
            `  ${one.term}: ${one.code}${one.detail === undefined ? '' : ` (${printable(one.detail)})`}${findingsText(one.findings)}\n`,
        )
        .join('')}`,
  );
  return table(columns, rows) + reasons.join('');
}

function findingsText(ids: readonly string[] | undefined): string {
  if (ids === undefined || ids.length === 0) return '';
  return `: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`;
}
