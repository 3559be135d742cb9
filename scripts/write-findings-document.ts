/** Writes docs/findings.md from the table of codes; a test keeps the two equal. */
import { writeFileSync } from 'node:fs';
import { findingsDocument } from '../src/watch/index.ts';

writeFileSync(new URL('../docs/findings.md', import.meta.url), findingsDocument());
