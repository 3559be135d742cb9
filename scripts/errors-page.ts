import { writeFileSync } from 'node:fs';
import { codes } from '../src/errors/index.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** docs/errors.md, made from the registry: every code with its meaning, its remedy and the exit status it leads to. */
export function errorsPage(): string {
  const rows = Object.entries(codes)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { exit, meaning, remedy }]) => `| \`${code}\` | ${exit} | ${cell(meaning)} | ${cell(remedy)} |`);
  return `# Error codes

Made from \`src/errors/codes.ts\` by \`scripts/errors-page.ts\`. A code never changes its meaning. With \`--json\` an error is one
object on stderr: \`{"type":"error","code":…,"message":…,"place":…,"remedy":…}\`. Exit status: 1 no, 2 usage, 3 could not tell.

| code | exit | meaning | remedy |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

if (import.meta.main) writeFileSync(new URL('../docs/errors.md', import.meta.url), errorsPage());
