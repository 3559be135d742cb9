import { dirname, resolve } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import type { Exercised } from '../../exercise/index.ts';
import { readBounded } from '../../files/index.ts';
import { parseRecipe, parseRecipeValue, type Recipe } from '../../profile/index.ts';
import { printable, table } from '../output/index.ts';

/** A recipe, and the directory that its paths are beside. */
export interface OpenedRecipe {
  readonly recipe: Recipe;
  readonly directory: string;
}

export interface CommandRun {
  /** Lines of a shell. */
  readonly commands: readonly string[];
  readonly ports: readonly string[];
  readonly repeat?: string;
  /** Each container is left to itself for so long. */
  readonly seconds?: number;
}

const mostBytes = 1 << 20;

/** @throws HoldfastError `recipe-malformed`, `not-found`, `file-unreadable` */
export async function openRecipe(file: string): Promise<OpenedRecipe> {
  const recipe = parseRecipe(file, await readBounded(file, mostBytes, 'recipe-malformed'));
  return { recipe, directory: dirname(resolve(file)) };
}

/** What `--run CMD…` and `--port N` stand for. @throws HoldfastError `usage` */
export function recipeOfCommand({ commands, ports, repeat, seconds }: CommandRun): OpenedRecipe {
  const numbers = ports.map((text) => numberOf(text, '--port', 65_535));
  const tests = commands.map((line, at) => ({ name: `run-${at + 1}`, command: ['/bin/sh', '-c', line] }));
  const left =
    seconds === undefined
      ? []
      : [{ name: 'left-alone', command: ['/bin/sleep', String(seconds)], timeout: `${Math.ceil(seconds / 60) + 1}m` }];
  const value = {
    apiVersion: 'holdfast.dev/v1alpha1',
    kind: 'Recipe',
    metadata: { name: 'command-line' },
    spec: {
      runs: [
        {
          name: 'plain',
          ports: numbers.map((port) => ({ port })),
          ...(repeat === undefined ? {} : { repeat: numberOf(repeat, '--repeat', 16) }),
        },
      ],
      tests: [...tests, ...left],
    },
  };
  return { recipe: parseRecipeValue('the command line', value), directory: process.cwd() };
}

function numberOf(text: string, option: string, most: number): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= most) return Number(text);
  throw new HoldfastError('usage', `${option} takes a number from 1 to ${most}`, { place: text });
}

/** Every test of every container, for people. */
export function testsTable({ runs }: Exercised): string {
  const rows = runs.flatMap(({ name, round, replica, tests }) =>
    tests.map((test) => [
      printable(`${name}, round ${round}, replica ${replica}`),
      printable(test.name),
      test.passed ? 'passed' : 'FAILED',
      `${test.seconds.toFixed(1)} s`,
    ]),
  );
  if (rows.length === 0) return 'no tests\n';
  return table([{ title: 'RUN' }, { title: 'TEST' }, { title: 'RESULT' }, { title: 'TIME', align: 'right' }], rows);
}

/** What a failed test said, for an error's message. */
export function failuresOf({ runs }: Exercised): string {
  const failed = runs.flatMap(({ name, round, replica, tests }) =>
    tests
      .filter((test) => !test.passed)
      .map((test) => `${test.name} (run ${name}, round ${round}, replica ${replica}): ${test.detail.slice(0, 2000)}`),
  );
  return failed.slice(0, 5).join('\n');
}
