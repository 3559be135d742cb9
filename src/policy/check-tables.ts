import { checkCodes, exceptionCodes } from './checks.ts';

/** The codes of checks and exceptions as docs/policy.md shows them. */
export function checkTables(): string {
  const checks = Object.entries(checkCodes).map(
    ([code, { status, meaning, remedy }]) => `| \`${code}\` | ${status} | ${meaning} | ${remedy} |`,
  );
  const exceptions = Object.entries(exceptionCodes).map(
    ([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`,
  );
  return [
    '### Codes of checks',
    '',
    '| code | status | meaning | what to do |',
    '| --- | --- | --- | --- |',
    ...checks,
    '',
    '### Codes of exceptions',
    '',
    '| code | meaning | what to do |',
    '| --- | --- | --- |',
    ...exceptions,
    '',
  ].join('\n');
}
