import assert from 'node:assert/strict';
import { it } from 'node:test';
import * as fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { buildPurl, canonicalParts, canonicalPurl, type PurlParts, parsePurl } from '../../src/purl/index.ts';
import { knownTypes } from '../../src/purl/types.ts';

const type = fc.oneof(fc.constantFrom(...knownTypes), fc.stringMatching(/^[A-Za-z][A-Za-z0-9.-]{0,9}$/));
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const parts: fc.Arbitrary<PurlParts> = fc.record({
  type,
  namespace: fc.option(fc.array(text, { maxLength: 3 }).map((segments) => segments.join('/'))),
  name: text,
  version: fc.option(text),
  qualifiers: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9._-]{0,6}$/), text, { maxKeys: 4 }),
  subpath: fc.option(
    fc.array(fc.oneof(text, fc.constantFrom('.', '..', '')), { maxLength: 3 }).map((s) => s.join('/')),
  ),
});

function typed<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    assert.ok(error instanceof HoldfastError && error.code.startsWith('purl-'), String(error));
    return undefined;
  }
}

it('parse undoes build: parse(build(x)) is x in canonical form', () => {
  let built = 0;
  fc.assert(
    fc.property(parts, (x) => {
      const purl = typed(() => buildPurl(x));
      if (purl === undefined) return;
      built++;
      assert.deepEqual(parsePurl(purl), canonicalParts(x));
      assert.equal(canonicalPurl(purl), purl);
      assert.match(purl, /^[\x21-\x7e]+$/);
    }),
    { numRuns: 2000 },
  );
  assert.ok(built > 200, `only ${built} purls were built`);
});

it('canonical form is a fixed point', () => {
  fc.assert(
    fc.property(parts, (x) => {
      const once = typed(() => canonicalParts(x));
      if (once !== undefined) assert.deepEqual(canonicalParts(once), once);
    }),
    { numRuns: 1000 },
  );
});

it('strings of any kind are parsed or refused with a typed error', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(
        fc.constantFrom('pkg:', 'npm', '/', '@', '?', '#', '%', '%2F', '%ff', 'a', '=', '&', '\ud800', ':', '..', 'É'),
        {
          maxLength: 14,
        },
      )
      .map((pieces) => `pkg:${pieces.join('')}`),
  );
  fc.assert(
    fc.property(hostile, (input) => {
      const canonical = typed(() => canonicalPurl(input));
      if (canonical !== undefined) assert.equal(canonicalPurl(canonical), canonical);
    }),
    { numRuns: 5000 },
  );
});
