import { reasons, termNames, words } from './reasons.ts';

const questions = {
  identity: 'Are the bytes that run the bytes of the image?',
  behaviour: 'Does the container stay inside its signed profile?',
  provenance: 'Is the image’s evidence valid under today’s policy and keys?',
  exposure: 'Is there no open exposure above the threshold?',
  coverage: 'Did the sensor see enough to say so?',
} as const;

/** The text of docs/verdicts.md: the reasons as people read them. */
export function verdictsDocument(): string {
  const lines = [
    '# Verdicts',
    '',
    'A verdict is computed from five terms, never set. All reasons are listed; the one word is the first that holds of',
    `${words.map((word) => `\`${word}\``).join(', ')}. A workload takes its worst container’s.`,
    '`verified` needs all five terms to be good. This file is made from `src/verdict/reasons.ts` by',
    '`scripts/write-verdicts-document.ts`.',
  ];
  for (const term of termNames) {
    lines.push(
      '',
      `## ${term}`,
      '',
      questions[term],
      '',
      '| reason | word | what it says | what to do |',
      '| --- | --- | --- | --- |',
    );
    for (const [code, entry] of Object.entries(reasons)) {
      if (entry.term === term) lines.push(`| \`${code}\` | ${entry.word} | ${entry.sentence} | ${entry.remedy} |`);
    }
  }
  return `${lines.join('\n')}\n`;
}
