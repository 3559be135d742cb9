import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseDigest } from '../../src/oci/index.ts';
import { ambientOrigin, provenance, recogniseBase } from '../../src/seal/index.ts';

const commit = 'a'.repeat(40);
const digest = (digit: string) => parseDigest(`sha256:${digit.repeat(64)}`);

it('GitHub Actions say who builds, what from, and in which run', () => {
  assert.deepEqual(
    ambientOrigin({
      GITHUB_ACTIONS: 'true',
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'team/app',
      GITHUB_WORKFLOW_REF: 'team/app/.github/workflows/release.yml@refs/tags/v1',
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_REF: 'refs/tags/v1',
      GITHUB_SHA: commit,
      GITHUB_EVENT_NAME: 'push',
    }),
    {
      builder: 'https://github.example/team/app/.github/workflows/release.yml@refs/tags/v1',
      invocation: 'https://github.example/team/app/actions/runs/7/attempts/2',
      source: { uri: 'git+https://github.example/team/app@refs/tags/v1', commit },
      parameters: { event: 'push' },
    },
  );
});

it('GitLab CI says the same in its own words', () => {
  const { builder, invocation, source } = ambientOrigin({
    GITLAB_CI: 'true',
    CI_PROJECT_URL: 'https://gitlab.example/team/app',
    CI_JOB_URL: 'https://gitlab.example/team/app/-/jobs/9',
    CI_RUNNER_ID: '3',
    CI_COMMIT_BRANCH: 'main',
    CI_COMMIT_SHA: commit,
  });
  assert.equal(builder, 'https://gitlab.example/team/app/-/runners/3');
  assert.equal(invocation, 'https://gitlab.example/team/app/-/jobs/9');
  assert.deepEqual(source, { uri: 'git+https://gitlab.example/team/app@refs/heads/main', commit });
});

it('elsewhere nothing is claimed but that it was sealed by hand', () => {
  assert.deepEqual(ambientOrigin({}), { builder: 'https://holdfast.dev/builder/local', parameters: {} });
  // Half an environment is none.
  assert.equal(ambientOrigin({ GITHUB_ACTIONS: 'true' }).source, undefined);
});

it('a commit that is none is not said', () => {
  const { source } = ambientOrigin({
    GITLAB_CI: 'true',
    CI_PROJECT_URL: 'https://gitlab.example/a',
    CI_COMMIT_SHA: 'x',
  });
  assert.deepEqual(source, { uri: 'git+https://gitlab.example/a' });
});

it('provenance is the same for the same build, and names source, base and materials', () => {
  const input = {
    origin: { builder: 'https://b.example', source: { uri: 'git+https://s.example@main', commit }, parameters: {} },
    base: { uri: 'pkg:oci/debian@1', manifest: digest('1'), layers: 2 },
    materials: [{ uri: 'https://m.example/file', digest: digest('2') }],
    toolVersion: '0.1.0',
  };
  const said = provenance(input) as { buildDefinition: { resolvedDependencies: readonly object[] } };
  assert.deepEqual(said.buildDefinition.resolvedDependencies, [
    { name: 'source', uri: 'git+https://s.example@main', digest: { gitCommit: commit } },
    { name: 'base', uri: 'pkg:oci/debian@1', digest: { sha256: '1'.repeat(64) }, annotations: { layers: 2 } },
    { uri: 'https://m.example/file', digest: { sha256: '2'.repeat(64) } },
  ]);
  assert.deepEqual(provenance(structuredClone(input)), said);
});

it('the base is what the layers say, whatever was named', () => {
  const image = ['1', '2', '3'].map(digest);
  const candidate = (uri: string, ...layers: readonly string[]) => ({
    uri,
    manifest: digest('9'),
    diffIds: layers.map(digest),
  });
  const recognised = (...candidates: readonly ReturnType<typeof candidate>[]) => recogniseBase(image, candidates)?.uri;
  assert.equal(recognised(candidate('other', '2'), candidate('one', '1'), candidate('two', '1', '2')), 'two');
  assert.equal(recognised(candidate('reordered', '2', '1')), undefined);
  assert.equal(recognised(candidate('more', '1', '2', '3', '4')), undefined);
  assert.equal(recognised(candidate('empty')), undefined, 'what has no layers is under everything');
  assert.equal(recognised(candidate('itself', '1', '2', '3')), 'itself');
});
