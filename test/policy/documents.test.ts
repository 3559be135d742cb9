import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldfastError } from '../../src/errors/index.ts';
import { compilePolicy, parseDocuments } from '../../src/policy/index.ts';
import { alice } from './signed.ts';

const head = 'apiVersion: holdfast.dev/v1alpha1\nkind: TrustPolicy\nmetadata: {name: p}\n';
const open = `${head}spec:\n  images: ["**"]\n  allowUnsigned: true\n`;

function parse(text: string): ReturnType<typeof parseDocuments> {
  return parseDocuments('p.yaml', Buffer.from(text));
}

function compile(text: string): void {
  for (const document of parse(text)) {
    if (document.kind === 'TrustPolicy') compilePolicy(document.policy, { place: document.place });
  }
}

/** What is refused, as `CODE PLACE: MESSAGE`. */
function refusal(text: string): string {
  try {
    compile(text);
  } catch (error) {
    if (error instanceof HoldfastError) return `${error.code} ${error.place}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test('a policy as YAML and as JSON is the same, with what it leaves out filled in', () => {
  const [yaml] = parse(open);
  const [json] = parse(
    '{"apiVersion":"holdfast.dev/v1alpha1","kind":"TrustPolicy","metadata":{"name":"p"},\n\t"spec":{"images":["**"],"allowUnsigned":true}}',
  );
  assert.ok(yaml?.kind === 'TrustPolicy' && json?.kind === 'TrustPolicy');
  assert.deepEqual(yaml.policy, json.policy);
  assert.equal(yaml.policy.spec.admission.mode, 'enforce');
  assert.equal(yaml.policy.spec.repair.mode, 'notify');
  assert.equal(yaml.policy.spec.hardened, 'optional');
  assert.equal(compilePolicy(yaml.policy).digest, compilePolicy(json.policy).digest);
});

test('several documents in one file, empty ones between', () => {
  assert.deepEqual(
    parse(`---\n${open}---\n---\n${open.replace('name: p', 'name: q')}`).map(({ kind }) => kind),
    ['TrustPolicy', 'TrustPolicy'],
  );
});

test('what is wrong is named with file, line, column, path and what is allowed', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['', /^policy-malformed p\.yaml: no document in it/],
    ['- a\n', /p\.yaml, line 1, column 1: .*kind has to be TrustPolicy or ImageException/],
    ['kind: Pod\n', /p\.yaml, line 1, column 1, at kind: /],
    [
      `${open}  imagse: []\n`,
      /line 7, column 3, at spec\.imagse: unknown field; allowed here: images, authorities, .*repair/,
    ],
    [
      `${head}spec:\n  images: []\n  allowUnsigned: true\n`,
      /line 5, column 3, at spec\.images: too small: at least 1 entries/,
    ],
    [`${head}spec:\n  allowUnsigned: true\n`, /line 4, column 1, at spec\.images: is missing: a list/],
    [`${open}  admission: {mode: deny}\n`, /line 7, column 15, at spec\.admission\.mode: has to be enforce or warn/],
    [`${open}  admission: {mod: warn}\n`, /at spec\.admission\.mod: unknown field; allowed here: mode/],
    [`${open}  runtime: {mode: enforce}\n`, /at spec\.runtime\.mode: has to be observe/],
    [`${open}  signature: {threshold: 0}\n`, /at spec\.signature\.threshold: too small: at least 1/],
    [`${open}  signature: {threshold: "1"}\n`, /at spec\.signature\.threshold: has to be a whole number/],
    [`${open}  signature: {threshold: 1.5}\n`, /at spec\.signature\.threshold: has to be a whole number/],
    [`${open}  sbom: {maxAge: 1y}\n`, /at spec\.sbom\.maxAge: has to match/],
    [`${open}  images: ["a"]\n`, /line 7, column 3, at spec\.images: a key that stands here already/],
    [`${open}  sbom: &a {}\n  provenance: *a\n`, /line 8, column 15, at spec\.provenance: an alias/],
    [`${open}  sbom: !!binary aGk=\n`, /line 7, column 9/],
    [`${open}  sbom: !evil {}\n`, /line 7, column 9/],
    [`${open}  ? [a]\n  : b\n`, /at spec: a key that is not text/],
    [`${open}  <<: {sbom: {}}\n`, /unknown field/],
    [`${open}  1: x\n`, /a key that is not text/],
    [`%YAML 1.1\n---\n${open}`, /a %YAML directive/],
    [`${open}  sbom: {maxAge: .nan}\n`, /not text, a finite number/],
    [`${open}  sbom: [\n`, /line \d+, column \d+/],
    [`${open}  sbom: "\\ud800"\n`, /half a surrogate pair/],
    [`${open}\ttab: x\n`, /line 7/],
  ];
  for (const [text, pattern] of wrong) assert.match(refusal(text), pattern, text);
});

test('what a schema alone can not say is refused where it stands', () => {
  const key = `pem: ${JSON.stringify(alice.pem)}`;
  const by = `  authorities:\n  - name: a\n    keys: [{${key}}]\n`;
  const signed = open.replace('allowUnsigned: true', 'signature: {}');
  const wrong: readonly (readonly [string, RegExp])[] = [
    [`${head}spec:\n  images: [a]\n`, /at spec: .*either signature or allowUnsigned/],
    [`${open}  signature: {}\n${by}`, /either signature or allowUnsigned/],
    [signed, /at spec\.signature: spec\.authorities is empty/],
    [
      signed.replace('{}', '{authorities: [b]}') + by,
      /line 6, column 29, at spec\.signature\.authorities\[0\]: no authority b; there are: a/,
    ],
    [`${open}${by}  - name: a\n    keys: [{${key}}]\n`, /at spec\.authorities\[1\]\.name: an authority of this name/],
    [`${open}  authorities: [{name: a}]\n`, /at spec\.authorities\[0\]: an authority without keys and identities/],
    [`${open}  authorities: [{name: a, keys: [{}]}]\n`, /exactly one of pem, file/],
    [
      `${open}  authorities: [{name: a, keys: [{${key}, file: k.pub}]}]\n`,
      /at .*keys\[0\]\.file: .*exactly one of pem, file/,
    ],
    [
      `${open}  authorities: [{name: a, keys: [{pem: "-----BEGIN PUBLIC KEY-----"}]}]\n`,
      /^key-malformed .*keys\[0\]\.pem/,
    ],
    [`${open}  authorities: [{name: a, keys: [{file: k.pub}]}]\n`, /^policy-unreadable .*keys\[0\]\.file/],
    [
      `${open}  authorities: [{name: a, keys: [{${key}, notBefore: "2026-02-01T00:00:00Z", notAfter: "2026-01-01T00:00:00Z"}]}]\n`,
      /notBefore has to be before notAfter/,
    ],
    [`${open}  authorities: [{name: a, identities: [{subject: s}]}]\n`, /identities\[0\]\.issuer: is missing/],
    [`${open}  authorities: [{name: a, identities: [{issuer: i}]}]\n`, /exactly one of subject, subjectRegExp/],
    [
      `${open}  authorities: [{name: a, identities: [{issuer: i, subjectRegExp: "("}]}]\n`,
      /^policy-expression .*subjectRegExp: not an RE2 expression/,
    ],
    [`${open}  authorities: [{name: a, identities: [{issuer: i, subjectRegExp: "(a)\\\\1"}]}]\n`, /^policy-expression/],
    [
      `${open}  authorities: [{name: a, identities: [{issuer: i, subject: s, claims: {sourceRepoURI: x}}]}]\n`,
      /unknown field; allowed here: .*sourceRepositoryURI/,
    ],
    [`${open}  rollBack: {tolerance: 1d}\n`, /tolerance is only of use/],
    [open.replace('"**"', '"a:1"'), /at spec\.images\[0\]: a tag or digest/],
    [`${open}  hardened: required\n`, /nobody could sign/],
    [`${open}${by}  attestations: [{name: x, predicateType: nonsense}]\n`, /not a URI, nor one of sign, cyclonedx/],
    [
      `${open}${by}  attestations: [{name: x, predicateType: spdx}, {name: x, predicateType: spdx}]\n`,
      /at spec\.attestations\[1\]\.name/,
    ],
    [
      `${open}${by}  attestations: [{name: x, predicateType: spdx, conditions: [{cel: "predicate. =="}]}]\n`,
      /^policy-expression .*at spec\.attestations\[0\]\.conditions\[0\]\.cel: not a CEL expression/,
    ],
    [`${open}${by}  provenance: {builders: [{id: a, idRegExp: b}]}\n`, /exactly one of id, idRegExp/],
  ];
  for (const [text, pattern] of wrong) assert.match(refusal(text), pattern, text);
});

test('deep YAML, long YAML and many keys are refused in no time', () => {
  const bombs = [
    `${open}  sbom: ${'['.repeat(100_000)}`,
    `${open}  sbom: ${'{a: '.repeat(50_000)}`,
    `${open}  sbom:\n    ${'- '.repeat(100_000)}a\n`,
    `${open}  sbom:\n    ${'? '.repeat(100_000)}a\n`,
    `${open}${Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth + 2)}a:\n`).join('')}`,
    'x: x: x: ',
    'a'.repeat(600_000),
    '---\na: 1\n'.repeat(100),
    `a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n`,
  ];
  for (const bomb of bombs) assert.match(refusal(bomb), /^policy-(?:limit|malformed) p\.yaml/, bomb.slice(0, 200));
  const keys = `${open}  sbom: {${Array.from({ length: 50_000 }, (_, index) => `k${index}: 1`).join(', ')}}\n`;
  assert.match(refusal(keys), /^policy-(?:limit|malformed)/);
});

test('a document named __proto__ or with such a key changes nothing', () => {
  assert.match(refusal(`${open}  __proto__: {hardened: required}\n`), /unknown field/);
  assert.equal(({} as Record<string, unknown>)['hardened'], undefined);
});

test('bytes that are not UTF-8 are refused', () => {
  assert.throws(() => parseDocuments('p.yaml', Buffer.from([0x61, 0xff])), { code: 'policy-malformed' });
});

test('whatever the bytes: documents, or a typed refusal with a place', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        ...open.split(/(?<=[\s:[\]{}"])/),
        '- ',
        '? ',
        '&a ',
        '*a',
        '!!str ',
        '|\n',
        '>\n',
        '#',
        '\t',
        '---\n',
        '...\n',
        "'",
        '%YAML 1.2\n',
      ),
      fc.string({ maxLength: 8 }),
    ),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(pieces, (parts) => {
      const text = parts.join('');
      if (!text.isWellFormed()) return;
      try {
        parse(text);
      } catch (error) {
        assert.ok(error instanceof HoldfastError, String(error));
        assert.match(error.code, /^policy-/);
        assert.match(error.place ?? '', /^p\.yaml/);
      }
    }),
    { numRuns: 500 },
  );
});

test('any JSON for a spec: a policy, or a typed refusal', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (spec) => {
      const text = `{"apiVersion":"holdfast.dev/v1alpha1","kind":"TrustPolicy","metadata":{"name":"p"},"spec":${spec}}`;
      assert.match(refusal(text), /^(?:policy-|accepted)/);
    }),
    { numRuns: 300 },
  );
});
