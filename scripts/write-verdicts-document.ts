/** Writes docs/verdicts.md from the table of reasons; a test keeps the two equal. */
import { writeFileSync } from 'node:fs';
import { verdictsDocument } from '../src/verdict/index.ts';

writeFileSync(new URL('../docs/verdicts.md', import.meta.url), verdictsDocument());
