import type { Alert, Attacked, Exercised } from '../../exercise/index.ts';
import { type Drift, formatAmendment, type TestScores } from '../../profile/index.ts';
import { colour, printable, table } from '../output/index.ts';

export interface AttackResult {
  readonly id: string;
  readonly kind: 'loud' | 'off-the-land';
  readonly does: string;
  readonly result: 'told' | 'missed' | 'not-applicable';
  /** The codes that told of it; or why it is not applicable; or what its commands said last. */
  readonly detail: string;
}

export interface TestResult {
  readonly functional: Exercised;
  readonly drift: readonly Drift[];
  readonly results: readonly AttackResult[];
  readonly tests: TestScores;
  readonly output: string;
  /** Causes. */
  readonly gaps: readonly string[];
}

/** What was told of counts, also of one that was stopped half-way. */
export function attackResult({ attack, notApplicable, output }: Attacked, alerts: readonly Alert[]): AttackResult {
  const { id, kind, does } = attack;
  const told = [...new Set(alerts.map(({ code }) => code))];
  if (notApplicable !== undefined) return { id, kind, does, result: 'not-applicable', detail: notApplicable };
  if (told.length > 0) return { id, kind, does, result: 'told', detail: told.join(', ') };
  return { id, kind, does, result: 'missed', detail: output === '' ? 'nothing named it' : `it said: ${output}` };
}

export function resultPage({ functional, drift, results, tests, output, gaps }: TestResult): string {
  const count = (result: AttackResult['result']) => results.filter((one) => one.result === result).length;
  const lines = [
    `functional  ${functional.passed} passed; ${drift.length === 0 ? 'silent' : `${drift.length} drifted that should not`}`,
    `attacks     ${count('told')} told, ${count('missed')} missed, ${count('not-applicable')} not applicable; set ${tests.attacks?.set ?? ''}`,
    ...(gaps.length === 0 ? [] : [`lost        ${gaps.join(', ')}: what was lost could not be judged`]),
    `written     ${output}`,
  ];
  return [...drift.map(driftText), `${attackTable(results)}\n`, ...lines.map((line) => `${printable(line)}\n`)].join(
    '',
  );
}

function driftText({ code, why, amendment }: Drift): string {
  const line = amendment === undefined ? '' : `\n  would be allowed by: ${printable(formatAmendment(amendment))}`;
  return `${colour('red', printable(code))}  ${printable(why)}${line}\n\n`;
}

const words = { told: 'told', missed: 'MISSED', 'not-applicable': 'not applicable' } as const;

function attackTable(results: readonly AttackResult[]): string {
  const columns = [
    { title: 'ATTACK' },
    { title: 'KIND' },
    { title: 'WHAT IT DOES' },
    { title: 'RESULT' },
    { title: 'BY', shrinks: true },
  ];
  const rows = results.map(({ id, kind, does, result, detail }) => {
    const word = words[result];
    const shown = result === 'missed' ? colour('red', word) : word;
    return [id, kind, does, shown, printable(detail.replaceAll('\n', ' '))];
  });
  return table(columns, rows);
}

export function resultDocument({ functional, drift, results, tests, output, gaps }: TestResult): unknown {
  return {
    functional: {
      runs: functional.runs,
      passed: functional.passed,
      failed: functional.failed,
      drift: drift.map(({ code, why, nearest, amendment }) => ({
        code,
        why,
        nearest: nearest ?? null,
        amendment: amendment === undefined ? null : formatAmendment(amendment),
      })),
    },
    attacks: { set: tests.attacks?.set, results },
    gaps,
    scores: tests,
    output,
  };
}
