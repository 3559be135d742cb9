import assert from 'node:assert/strict';
import { test } from 'node:test';
import { predicateTypes } from '../../src/attest/index.ts';
import { buildPurl } from '../../src/purl/index.ts';
import { ambientOrigin } from '../../src/seal/origin.ts';
import { provenance as sealed } from '../../src/seal/provenance.ts';
import { codeOf, decided, policy, type Spec } from './policies.ts';
import { alice, attestation, by, cyclonedx, digest, image, log, manifest, provenance, signature } from './signed.ts';

const good = signature([by(alice.party)]);
const mine = [by(alice.party)];

function code(spec: Spec, ...evidence: Parameters<typeof decided>[1]): string {
  return codeOf(decided(policy({ provenance: spec }), [good, ...evidence]), 'provenance');
}

test('builder and source as the policy names them, exactly or by expression', () => {
  const rule = {
    builders: [{ id: 'https://github.com/actions/runner' }, { idRegExp: 'https://ci\\.acme\\.example/.*' }],
    sources: [{ uri: 'https://github.com/acme/app' }, { uriRegExp: 'https://git\\.acme\\.example/team/[a-z]+' }],
  };
  assert.equal(code(rule, provenance(mine)), 'evidence-trusted');
  assert.equal(
    code(
      rule,
      provenance(mine, { builder: 'https://ci.acme.example/7', source: 'git+https://git.acme.example/team/x@abc' }),
    ),
    'evidence-trusted',
  );
  assert.equal(code(rule, provenance(mine, { builder: 'https://github.com/actions/runner2' })), 'builder-not-allowed');
  for (const source of [
    'git+https://github.com/acme/app2',
    'git+https://github.com/acme/app/evil',
    'git+https://github.com.evil.example/acme/app',
    'git+https://github.com/Acme/app',
    'git+https://user@github.com/acme/app',
    'git+http://github.com/acme/app',
    'git+https://evil.example/?https://github.com/acme/app',
  ]) {
    assert.equal(code(rule, provenance(mine, { source })), 'source-not-allowed', source);
  }
  assert.equal(
    code(rule, provenance(mine, { source: 'git+https://GitHub.com/acme/app.git@v1#sub' })),
    'evidence-trusted',
  );
});

test('SLSA v0.2 is read as well', () => {
  const rule = { builders: [{ id: 'b' }], sources: [{ uri: 'https://github.com/acme/app' }], maxAge: '2d' };
  const old = attestation(
    predicateTypes.slsaprovenance02,
    {
      builder: { id: 'b' },
      invocation: { configSource: { uri: 'git+https://github.com/acme/app@refs/heads/main' } },
      metadata: { buildFinishedOn: '2026-11-19T10:00:00Z' },
    },
    mine,
  );
  assert.equal(code(rule, old), 'evidence-trusted');
});

test('provenance without a builder says nothing; without a source none is allowed', () => {
  assert.equal(code({}, attestation(predicateTypes.slsaprovenance1, {}, mine)), 'predicate-malformed');
  assert.equal(code({}, attestation(predicateTypes.slsaprovenance1, null, mine)), 'predicate-malformed');
  const sourceless = attestation(predicateTypes.slsaprovenance1, { runDetails: { builder: { id: 'b' } } }, mine);
  assert.equal(code({}, sourceless), 'evidence-trusted');
  assert.equal(code({ sources: [{ uri: 'x' }] }, sourceless), 'source-not-allowed');
});

const dependencies = (uris: readonly string[]) =>
  attestation(
    predicateTypes.slsaprovenance1,
    { buildDefinition: { resolvedDependencies: uris.map((uri) => ({ uri })) }, runDetails: { builder: { id: 'b' } } },
    mine,
  );

test('where the build names no source, every repository that went in has to be allowed', () => {
  const rule = { sources: [{ uri: 'https://github.com/acme/app' }] };
  const right = 'git+https://github.com/acme/app@main';
  assert.equal(code(rule, dependencies([right, 'pkg:npm/left-pad@1'])), 'evidence-trusted');
  assert.equal(code(rule, dependencies([right, 'git+https://evil.example/x'])), 'source-not-allowed');
});

const witnessed = (time: string) => provenance([by(alice.party, [log('rekor', time)])], { finishedOn: '' });

test('age: by the predicate, else by a witness; undated or of the future is not young', () => {
  const aged = { maxAge: '2d' };
  assert.equal(code(aged, provenance(mine)), 'evidence-trusted');
  assert.equal(code(aged, provenance(mine, { finishedOn: '2026-11-17T10:00:00Z' })), 'evidence-too-old');
  assert.equal(code(aged, provenance(mine, { finishedOn: 'yesterday' })), 'evidence-undated');
  assert.equal(code(aged, provenance(mine, { finishedOn: '2027-11-17T10:00:00Z' })), 'evidence-undated');
  assert.equal(code(aged, witnessed('2026-11-19T10:00:00Z')), 'evidence-trusted');
  assert.equal(code(aged, witnessed('2026-11-01T10:00:00Z')), 'evidence-too-old');
});

test('age of an SBOM and of a custom attestation', () => {
  const bom = policy({
    sbom: { maxAge: '1d' },
    attestations: [{ name: 'x', predicateType: 'https://a.example/x', maxAge: '1d' }],
  });
  const dated = attestation(
    predicateTypes.cyclonedx,
    { ...(cyclonedx as object), metadata: { timestamp: '2026-11-20T00:00:00Z' } },
    mine,
  );
  const custom = attestation('https://a.example/x', { metadata: { timestamp: '2026-11-20T00:00:00Z' } }, mine);
  const decision = decided(bom, [good, dated, custom]);
  assert.equal(codeOf(decision, 'sbom'), 'evidence-trusted');
  assert.equal(codeOf(decision, 'attestation x'), 'evidence-undated');
});

test('base images by provenance or by the file manifest; what can not be named is not allowed', () => {
  const based = policy({ baseImages: { images: ['docker.io/library/debian', 'registry.example/base/**'] } });
  const base = (evidence: Parameters<typeof decided>[1][number]) =>
    codeOf(decided(based, [good, evidence]), 'base-images');
  assert.equal(base(provenance(mine)), 'evidence-trusted');
  assert.equal(
    base(provenance(mine, { base: 'pkg:oci/x@sha256%3Aab?repository_url=registry.example/base/x' })),
    'evidence-trusted',
  );
  assert.equal(base(provenance(mine, { base: 'oci://registry.example/base/node:22' })), 'evidence-trusted');
  for (const uri of [
    'pkg:docker/alpine@3',
    'pkg:docker/evil/debian@12',
    'oci://evil.example/debian',
    'pkg:oci/debian@sha256%3Aab',
    'oci://',
    'https://example.test/debian',
  ]) {
    assert.equal(base(provenance(mine, { base: uri })), 'base-image-not-allowed', uri);
  }
  const files = (name: string) =>
    attestation(predicateTypes['file-manifest'], { base: { name, digest: digest('b') } }, mine);
  assert.equal(base(files('registry.example/base/x:1')), 'evidence-trusted');
  assert.equal(base(files('alpine:3')), 'base-image-not-allowed');
  assert.equal(base(attestation(predicateTypes['file-manifest'], {}, mine)), 'base-image-unknown');
  const nameless = attestation(predicateTypes['file-manifest'], { base: { digest: digest('b'), layers: 1 } }, mine);
  assert.equal(base(nameless), 'base-image-not-allowed');
  assert.equal(codeOf(decided(based, [good]), 'base-images'), 'evidence-missing');
});

const newer = { name: image.name ?? assert.fail(), manifest: digest('newer'), released: '2026-11-15T00:00:00Z' };
const monotone = policy({ rollBack: { monotone: true } });

function releasedAt(time: string) {
  return signature([by(alice.party, [log('rekor', time)])]);
}

test('what `holdfast seal` says of builder, source and base is what a policy reads', () => {
  const origin = ambientOrigin({
    GITHUB_ACTIONS: 'true',
    GITHUB_SERVER_URL: 'https://github.com',
    GITHUB_REPOSITORY: 'acme/app',
    GITHUB_REF: 'refs/heads/main',
    GITHUB_WORKFLOW_REF: 'acme/app/.github/workflows/release.yml@refs/heads/main',
    GITHUB_SHA: 'a'.repeat(40),
  });
  const uri = buildPurl({
    type: 'oci',
    name: 'debian',
    version: digest('b'),
    qualifiers: { repository_url: 'registry.example/base/debian' },
  });
  const base = { uri, manifest: digest('b'), layers: 1 };
  const said = sealed({ origin, base, materials: [{ uri: 'pkg:docker/alpine@3' }], toolVersion: '1' });
  const asked = policy({
    provenance: {
      builders: [{ id: 'https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main' }],
      sources: [{ uri: 'https://github.com/acme/app' }],
    },
    baseImages: { images: ['registry.example/base/*'] },
  });
  assert.equal(decided(asked, [good, attestation(predicateTypes.slsaprovenance1, said, mine)]).result, 'allow');
});

test('roll-back to an older signed image', () => {
  const judged = (time: string, seen: readonly (typeof newer)[] | undefined, rule = monotone) =>
    codeOf(decided(rule, [releasedAt(time)], seen === undefined ? {} : { seen }), 'roll-back');
  assert.equal(judged('2026-11-10T00:00:00Z', [newer]), 'rolled-back');
  assert.equal(judged('2026-11-15T00:00:00Z', [newer]), 'not-rolled-back');
  assert.equal(judged('2026-11-10T00:00:00Z', []), 'not-rolled-back');
  assert.equal(judged('2026-11-10T00:00:00Z', undefined), 'seen-unavailable');
  assert.equal(judged('2026-11-10T00:00:00Z', [{ ...newer, manifest }]), 'not-rolled-back');
  assert.equal(judged('2026-11-10T00:00:00Z', [{ ...newer, released: 'soon' }]), 'seen-unavailable');
  const tolerant = policy({ rollBack: { monotone: true, tolerance: '7d' } });
  assert.equal(judged('2026-11-10T00:00:00Z', [newer], tolerant), 'not-rolled-back');
  assert.equal(judged('2026-11-07T00:00:00Z', [newer], tolerant), 'rolled-back');
  const floor = policy({ rollBack: { notBefore: '2026-11-01T00:00:00Z' } });
  assert.equal(judged('2026-10-31T23:59:59Z', undefined, floor), 'older-than-allowed');
  assert.equal(judged('2026-11-01T00:00:00Z', undefined, floor), 'not-rolled-back');
});

const afterNewer = (evidence: Parameters<typeof decided>[1], of = image) =>
  decided(monotone, evidence, { seen: [newer] }, of);

test('when it was released is what trusted signers say; nobody else, and no time to come, makes it newer', () => {
  const old = releasedAt('2026-11-10T00:00:00Z');
  assert.equal(afterNewer([old]).release, '2026-11-10T00:00:00.000Z');
  const stranger = signature([by({ kind: 'key', key: 'ab' as never }, [log('rekor', '2026-11-19T00:00:00Z')])]);
  assert.equal(codeOf(afterNewer([old, stranger]), 'roll-back'), 'rolled-back');
  assert.equal(codeOf(afterNewer([old, releasedAt('2027-11-19T00:00:00Z')]), 'roll-back'), 'rolled-back');
  assert.equal(codeOf(afterNewer([old, provenance(mine)]), 'roll-back'), 'not-rolled-back');
  assert.equal(codeOf(afterNewer([good]), 'roll-back'), 'release-undated');
  assert.equal(
    codeOf(afterNewer([good], { ...image, created: '2026-11-16T00:00:00Z' }), 'roll-back'),
    'not-rolled-back',
  );
  assert.equal(
    codeOf(afterNewer([good], { ...image, created: '1970-01-01T00:00:00Z' }), 'roll-back'),
    'release-undated',
  );
});
