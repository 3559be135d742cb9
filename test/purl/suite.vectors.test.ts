import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { HoldfastError } from '../../src/errors/index.ts';
import { buildPurl, canonicalPurl, type PurlParts, parsePurl } from '../../src/purl/index.ts';

const vectors = join(process.env['HOLDFAST_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors'), 'purl');

interface Case {
  readonly description: string;
  readonly test_type: 'parse' | 'build' | 'roundtrip' | 'validate';
  readonly input: unknown;
  readonly expected_output?: unknown;
  readonly expected_failure: boolean;
}

/** The suite writes every part, absent ones as null. */
function spread(parts: PurlParts): unknown {
  const qualifiers = Object.keys(parts.qualifiers ?? {}).length === 0 ? null : { ...parts.qualifiers };
  const { type, namespace = null, name, version = null, subpath = null } = parts;
  return { type, namespace, name, version, qualifiers, subpath };
}

function run(test: Case): unknown {
  switch (test.test_type) {
    case 'build':
      return buildPurl(test.input as PurlParts);
    case 'parse':
      return spread(parsePurl(String(test.input)));
    case 'roundtrip':
    case 'validate':
      return canonicalPurl(String(test.input));
    default:
      throw new Error(`a test type nobody knows: ${JSON.stringify(test)}`);
  }
}

const files = ['spec', 'types'].flatMap((folder) =>
  readdirSync(join(vectors, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name)),
);

describe('the purl project’s own test suite', () => {
  it('is there', () => assert.ok(files.length >= 43, `${files.length} files`));
  for (const file of files) {
    const { tests } = JSON.parse(readFileSync(join(vectors, file), 'utf8')) as { tests: readonly Case[] };
    describe(file, () => {
      for (const test of tests) {
        it(`${test.test_type}: ${test.description}: ${JSON.stringify(test.input)}`, () => {
          if (test.expected_failure) {
            assert.throws(
              () => run(test),
              (error) => error instanceof HoldfastError && error.code.startsWith('purl-'),
            );
          } else if (test.test_type === 'parse') {
            assert.deepEqual(run(test), spread(test.expected_output as PurlParts));
          } else {
            assert.equal(run(test), test.expected_output);
          }
        });
      }
    });
  }
});
