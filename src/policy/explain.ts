import { type CheckCode, checkCodes, exceptionCodes } from './checks.ts';
import type { Check, Decision, UsedException } from './decision.ts';

const marks = { pass: 'ok  ', fail: 'FAIL', unknown: '????', 'not-required': '-   ' } as const;

export interface ExplainOptions {
  /** Without it, what the policy does not ask for is left out. */
  readonly all?: boolean;
}

/**
 * A decision for people: the verdict first, then each check with its reason, what to do about those that fail, and what did
 * not count. No colours, no control characters escaped: that is for whoever prints it.
 */
export function explainDecision(decision: Decision, { all = false }: ExplainOptions = {}): readonly string[] {
  const { image, checks } = decision;
  const lines = [
    `${headline(decision)}: ${image.name ?? 'image'}@${image.manifest}${image.index === undefined ? '' : ` (of index ${image.index})`}`,
    ...sectionOf(
      checks.filter(({ policy }) => policy === undefined),
      undefined,
      all,
    ),
  ];
  for (const { name, result, mode } of decision.policies) {
    lines.push(`policy ${name}: ${result}${mode === 'warn' ? ' (only warns)' : ''}`);
    lines.push(
      ...sectionOf(
        checks.filter(({ policy }) => policy === name),
        name,
        all,
      ),
    );
    lines.push(...decision.exceptions.filter(({ policy }) => policy === name).map(exceptionLine));
  }
  if (decision.refused.length > 0) {
    lines.push('evidence that does not count:');
    lines.push(...decision.refused.map(({ evidence, code, message }) => `  ${evidence} ${code}: ${message}`));
  }
  const failing = [...new Set(checks.filter(isFailing).map(({ code }) => code))];
  if (failing.length > 0) lines.push('what to do:', ...failing.map((code) => `  ${code}: ${remedyOf(code)}`));
  lines.push(`decision ${decision.id} at ${decision.at}`);
  return lines;
}

function headline({ result, mode }: Decision): string {
  if (result === 'allow') return 'allowed';
  return mode === 'warn' ? 'denied, and let pass with a warning' : 'denied';
}

function sectionOf(checks: readonly Check[], policy: string | undefined, all: boolean): readonly string[] {
  const indent = policy === undefined ? '' : '  ';
  return checks
    .filter(({ status }) => all || status !== 'not-required')
    .flatMap(({ status, check, code, reason, evidence, exceptions }) => [
      `${indent}${marks[status]} ${check}: ${code}: ${reason}`,
      ...evidence.map((digest) => `${indent}       evidence ${digest}`),
      ...exceptions.map((digest) => `${indent}       exception ${digest}`),
    ]);
}

function exceptionLine({ evidence, name, kind, issuer, expires, code }: UsedException): string {
  return `  exception ${name} (${kind}, by ${issuer}, until ${expires}) ${code}: ${exceptionCodes[code].meaning} ${evidence}`;
}

function isFailing({ status }: Check): boolean {
  return status === 'fail' || status === 'unknown';
}

/** What to do about a check of this code. */
export function remedyOf(code: CheckCode): string {
  return checkCodes[code].remedy;
}

/** One sentence for a denial at the gate: image, the checks that fail, and the first remedy. */
export function denialSentence(decision: Decision): string {
  const failing = decision.checks.filter(isFailing);
  const [first] = failing;
  const listed = failing
    .slice(0, 5)
    .map(
      ({ policy, check, code, reason }) => `${policy === undefined ? '' : `${policy}/`}${check}: ${code} (${reason})`,
    );
  const more = failing.length > listed.length ? ` and ${failing.length - listed.length} more` : '';
  const remedy = first === undefined ? '' : ` ${remedyOf(first.code)}`;
  return `${decision.image.name ?? 'image'}@${decision.image.manifest}: ${listed.join('; ')}${more}.${remedy}`;
}
