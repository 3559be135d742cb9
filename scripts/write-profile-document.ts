/** Writes the tables at the end of docs/profile.md from the registries of rules, drift and lint; a test keeps them equal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { driftCodes, lintCodes, rules } from '../src/profile/index.ts';

const page = new URL('../docs/profile.md', import.meta.url);
const mark = /^<!-- Below: .* -->\n/m;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function rowsOf(codes: Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>): string {
  return Object.entries(codes)
    .map(([code, { meaning, remedy }]) => `| \`${code}\` | ${cell(meaning)} | ${cell(remedy)} |`)
    .join('\n');
}

function tables(): string {
  const ruleRows = Object.entries(rules).map(
    ([name, { what, why }]) => `| \`${name}\` | ${cell(what)} | ${cell(why)} |`,
  );
  return `## Rules

| rule | what it does | why |
| --- | --- | --- |
${ruleRows.join('\n')}

## Codes of drift

| code | meaning | what to do |
| --- | --- | --- |
${rowsOf(driftCodes)}

## What lint finds

| code | meaning | what to do |
| --- | --- | --- |
${rowsOf(lintCodes)}
`;
}

/** The page with its tables made anew; what stands above them is written by hand. */
export function profilePageText(text: string): string {
  const found = mark.exec(text);
  if (found === null) throw new Error('docs/profile.md has lost the line that its tables stand below');
  return `${text.slice(0, found.index)}${found[0]}\n${tables()}`;
}

if (import.meta.main) writeFileSync(page, profilePageText(readFileSync(page, 'utf8')));
