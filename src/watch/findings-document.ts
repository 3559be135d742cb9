import { findingCodes } from './finding-codes.ts';

/** The text of docs/findings.md: the closed list of codes as people read it. */
export function findingsDocument(): string {
  const lines = [
    '# Findings',
    '',
    'A finding is one breach of identity: bytes ran that are not the image’s. It is said once per container, code and file.',
    'Findings have no severity of their own. The list is closed; this file is made from `src/watch/finding-codes.ts` by',
    '`scripts/write-findings-document.ts`.',
    '',
    'Files are compared by sha256 with the image’s file manifest. Bytes that the image holds under another path are no',
    'finding (a copy or a rename); neither are `.pyc` files that Python made of the image’s own `.py`, nor code that a',
    'program makes in its own anonymous memory: both are recorded. A file that could not be hashed is no finding either,',
    'but for a memory file: identity is then `unknown`, and the verdict says why.',
    '',
    '| code | what it says | what to do |',
    '| --- | --- | --- |',
    ...Object.entries(findingCodes).map(([code, { meaning, remedy }]) => `| \`${code}\` | ${meaning} | ${remedy} |`),
  ];
  return `${lines.join('\n')}\n`;
}
