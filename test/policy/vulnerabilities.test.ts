import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Json, predicateTypes } from '../../src/attest/index.ts';
import { attestedReport, severityOf, type VulnerabilityReport, worstSeverity } from '../../src/policy/index.ts';
import { checkOf, codeOf, decided, policy, type Spec } from './policies.ts';
import { alice, attestation, by, mallory, manifest, scan, signature } from './signed.ts';

const good = signature([by(alice.party)]);
const mine = [by(alice.party)];
const bad: Json = { id: 'CVE-2026-1', severity: [{ method: 'nvd', score: 'HIGH' }] };
const mild: Json = { id: 'CVE-2026-2', severity: [{ method: 'CVSS_V3', score: '3.1' }] };
const unrated: Json = { id: 'CVE-2026-3', severity: [] };

const check = 'vulnerabilities attestation';

function code(spec: Spec, ...evidence: Parameters<typeof decided>[1]): string {
  return codeOf(decided(policy({ vulnerabilities: spec }), [good, ...evidence]), check);
}

test('a threshold on an attested scan', () => {
  assert.equal(code({ maximum: 'medium' }, scan(mine, [mild])), 'vulnerabilities-acceptable');
  assert.equal(code({ maximum: 'medium' }, scan(mine, [mild, bad])), 'vulnerability-above-threshold');
  assert.equal(code({ maximum: 'high' }, scan(mine, [mild, bad])), 'vulnerabilities-acceptable');
  assert.equal(code({}, scan(mine, [mild])), 'vulnerability-above-threshold');
  assert.equal(code({}, scan(mine, [])), 'vulnerabilities-acceptable');
  assert.equal(code({ maximum: 'critical' }, scan(mine, [unrated])), 'vulnerability-above-threshold');
  assert.equal(
    code({ maximum: 'low', unknownSeverity: 'ignore' }, scan(mine, [unrated])),
    'vulnerabilities-acceptable',
  );
});

test('no scan, one by a stranger, an old one, a broken one: each is a no', () => {
  assert.equal(code({}), 'evidence-missing');
  assert.equal(code({}, scan([by(mallory.party)], [])), 'party-untrusted');
  assert.equal(code({}, scan(mine, [], '2026-11-10T10:00:00Z')), 'evidence-too-old');
  assert.equal(code({ maxAge: '30d' }, scan(mine, [], '2026-11-10T10:00:00Z')), 'vulnerabilities-acceptable');
  assert.equal(code({}, scan(mine, [], '2027-01-10T10:00:00Z')), 'evidence-undated');
  const broken: readonly Json[] = [
    null,
    {},
    { scanner: { result: [] } },
    { scanner: {}, metadata: { scanFinishedOn: '2026-11-19T10:00:00Z' } },
    { scanner: { result: [{}] }, metadata: { scanFinishedOn: '2026-11-19T10:00:00Z' } },
    { scanner: { result: 'none' }, metadata: { scanFinishedOn: '2026-11-19T10:00:00Z' } },
  ];
  for (const predicate of broken) {
    for (const type of [predicateTypes.vulns, predicateTypes.vuln]) {
      assert.equal(code({}, attestation(type, predicate, mine)), 'predicate-malformed', JSON.stringify(predicate));
    }
  }
});

function cosign(result: Json) {
  return attestation(
    predicateTypes.vuln,
    { scanner: { uri: 'x', result }, metadata: { scanFinishedOn: '2026-11-19T10:00:00Z' } },
    mine,
  );
}

const grype = (state: string) =>
  cosign({
    matches: [
      {
        vulnerability: { id: 'GHSA-1', severity: 'Critical', fix: { state } },
        relatedVulnerabilities: [{ id: 'CVE-2026-9' }],
        artifact: { name: 'openssl' },
      },
    ],
  });

const trivy = (one: Json) =>
  cosign({ SchemaVersion: 2, Results: [{ Target: 't' }, { Target: 'u', Vulnerabilities: [one] }] });

test('cosign’s type with what Grype and Trivy write', () => {
  assert.equal(code({ maximum: 'high' }, grype('fixed')), 'vulnerability-above-threshold');
  assert.equal(code({ maximum: 'high', onlyFixable: true }, grype('fixed')), 'vulnerability-above-threshold');
  assert.equal(code({ maximum: 'high', onlyFixable: true }, grype('not-fixed')), 'vulnerabilities-acceptable');
  assert.equal(code({ maximum: 'high', onlyFixable: true }, grype('unknown')), 'vulnerability-above-threshold');
  const found = { VulnerabilityID: 'CVE-2026-9', Severity: 'HIGH', PkgName: 'zlib' };
  assert.equal(code({ maximum: 'medium' }, trivy(found)), 'vulnerability-above-threshold');
  assert.equal(code({ maximum: 'medium', onlyFixable: true }, trivy(found)), 'vulnerabilities-acceptable');
  assert.equal(
    code({ maximum: 'medium', onlyFixable: true }, trivy({ ...found, FixedVersion: '2' })),
    'vulnerability-above-threshold',
  );
  assert.equal(code({ maximum: 'high' }, trivy(found)), 'vulnerabilities-acceptable');
  assert.equal(code({}, trivy({ Severity: 'LOW' })), 'predicate-malformed');
});

test('what is known to be exploited is refused however mild; without a catalogue it is unknown', () => {
  const rule = policy({ vulnerabilities: { maximum: 'critical', knownExploited: 'deny' } });
  const evidence = [good, scan(mine, [mild])];
  const exploited = new Set(['CVE-2026-2']);
  assert.equal(codeOf(decided(rule, evidence, { exploited }), check), 'vulnerability-exploited');
  assert.equal(codeOf(decided(rule, evidence, { exploited: new Set<string>() }), check), 'vulnerabilities-acceptable');
  const unknown = decided(rule, evidence);
  assert.equal(checkOf(unknown, check).status, 'unknown');
  assert.equal(unknown.result, 'deny');
  assert.equal(decided(rule, [good, scan(mine, [])]).result, 'allow');
});

test('the live source: what it says counts, and where it says nothing the answer is no', () => {
  const rule = policy({ vulnerabilities: { maximum: 'medium', sources: ['live', 'attestation'] } });
  const evidence = [good, scan(mine, [])];
  const live = (report: VulnerabilityReport | undefined) =>
    decided(rule, evidence, { vulnerabilities: { report: (asked) => (asked === manifest ? report : undefined) } });
  const clean = { scannedAt: '2026-11-20T11:00:00Z', vulnerabilities: [] };
  const dirty = { ...clean, vulnerabilities: [{ id: 'CVE-1', aliases: [], severity: 'critical' as const }] };
  assert.equal(live(clean).result, 'allow');
  assert.equal(codeOf(live(dirty), 'vulnerabilities live'), 'vulnerability-above-threshold');
  assert.equal(checkOf(live(undefined), 'vulnerabilities live').status, 'unknown');
  assert.equal(live(undefined).result, 'deny');
  assert.equal(codeOf(decided(rule, evidence), 'vulnerabilities live'), 'vulnerabilities-unavailable');
  assert.equal(
    codeOf(live({ ...clean, scannedAt: '2026-01-01T00:00:00Z' }), 'vulnerabilities live'),
    'evidence-too-old',
  );
});

test('severities as they are written', () => {
  const cases: readonly (readonly [Json | undefined, string])[] = [
    ['Critical', 'critical'],
    ['MODERATE', 'medium'],
    ['Negligible', 'low'],
    [9, 'critical'],
    ['8.9', 'high'],
    ['6.95', 'medium'],
    ['0.0', 'none'],
    [0, 'none'],
    ['11', 'unknown'],
    [-1, 'unknown'],
    [Number.NaN, 'unknown'],
    ['', 'unknown'],
    ['constructor', 'unknown'],
    [undefined, 'unknown'],
    [{}, 'unknown'],
    // Scores as FIRST publishes them with its examples.
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'critical'],
    ['CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N', 'medium'],
    ['CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H', 'high'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 'none'],
    ['CVSS:3.1/AV:N', 'unknown'],
    ['CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 'unknown'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N', 'unknown'],
  ];
  for (const [value, severity] of cases) assert.equal(severityOf(value), severity, JSON.stringify(value));
  assert.equal(worstSeverity(['low', 'unknown', 'high']), 'high');
  assert.equal(worstSeverity(['unknown']), 'unknown');
  assert.equal(worstSeverity([]), 'unknown');
});

test('any JSON as a scan is read or said not to be one', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(predicateTypes.vulns, predicateTypes.vuln), (value, type) => {
      const predicate = { scanner: { result: value as Json }, metadata: { scanFinishedOn: '2026-11-19T10:00:00Z' } };
      const report = attestedReport(attestation(type, predicate, []).statement);
      assert.ok(report === undefined || Array.isArray(report.vulnerabilities));
    }),
  );
});
