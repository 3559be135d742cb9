/** Writes the tables at the end of docs/policy.md from the registry of checks; a test keeps the two equal. */
import { readFileSync, writeFileSync } from 'node:fs';
import { checkTables } from '../src/policy/index.ts';

const page = new URL('../docs/policy.md', import.meta.url);
const mark = /^<!-- Below: .* -->\n/m;

/** The page with its tables made anew; what stands above them is written by hand. */
export function policyDocument(text: string): string {
  const found = mark.exec(text);
  if (found === null) throw new Error('docs/policy.md has lost the line that its tables stand below');
  return `${text.slice(0, found.index)}${found[0]}\n${checkTables()}`;
}

if (import.meta.main) writeFileSync(page, policyDocument(readFileSync(page, 'utf8')));
