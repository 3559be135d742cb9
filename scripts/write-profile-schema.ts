/** Writes docs/schemas/execution-profile.schema.json from the schema that reads profiles; a test keeps the two equal. */
import { writeFileSync } from 'node:fs';
import { executionProfileSchema } from '../src/profile/index.ts';

export function profileSchemaText(): string {
  return `${JSON.stringify(executionProfileSchema(), null, 2)}\n`;
}

if (import.meta.main)
  writeFileSync(new URL('../docs/schemas/execution-profile.schema.json', import.meta.url), profileSchemaText());
