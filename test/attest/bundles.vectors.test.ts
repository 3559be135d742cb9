import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

/** The cases of sigstore-conformance, by its own command line: README.md there says how one is run. */
const folder = join(
  process.env['HOLDFAST_VECTORS'] ?? join(import.meta.dirname, '../../../shared/vectors'),
  'sigstore-bundles',
);
const main = join(import.meta.dirname, '../../src/cli/main.ts');
const beacon = 'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon';
const identity = `${beacon}/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main`;
const issuer = 'https://token.actions.githubusercontent.com';

function run(words: readonly string[]): Promise<{ readonly status: number; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [main, 'verify-bundle', ...words], (error, stdout, stderr) => {
      resolve({ status: error === null ? 0 : Number(error.code ?? -1), said: `${stdout}${stderr}` });
    });
  });
}

function wordsFor(name: string): { readonly words: readonly string[]; readonly artifact: string } {
  const at = (file: string): string => join(folder, name, file);
  const text = (file: string, otherwise: string): string =>
    existsSync(at(file)) ? readFileSync(at(file), 'utf8').trim() : otherwise;
  const by = existsSync(at('key.pub'))
    ? ['--key', at('key.pub')]
    : ['--certificate-identity', text('identity', identity), '--certificate-oidc-issuer', text('issuer', issuer)];
  const root = existsSync(at('trusted_root.json')) ? ['--trusted-root', at('trusted_root.json')] : [];
  return {
    words: ['--bundle', at('bundle.sigstore.json'), ...by, ...root],
    artifact: existsSync(at('artifact')) ? at('artifact') : join(folder, 'a.txt'),
  };
}

const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('the cases are there', () => {
  assert.ok(names.length >= 15);
  assert.ok(names.some((name) => name.endsWith('_fail')) && names.some((name) => !name.endsWith('_fail')));
});

for (const name of names) {
  const { words, artifact } = wordsFor(name);
  const status = name.endsWith('_fail') ? 1 : 0;
  test(`${name}, as file`, async () => {
    const outcome = await run([...words, artifact]);
    assert.equal(outcome.status, status, outcome.said);
  });
  test(`${name}, as digest`, async () => {
    const digest = createHash('sha256').update(readFileSync(artifact)).digest('hex');
    const outcome = await run([...words, `sha256:${digest}`]);
    assert.equal(outcome.status, status, outcome.said);
  });
}

const good = wordsFor('happy-path-v0.3');
const key = wordsFor('managed-key-happy-path');
const bundle = ['--bundle', join(folder, 'happy-path-v0.3/bundle.sigstore.json')];

test('whatever is not a yes is 1: command lines that make no sense, files that are not there', async () => {
  const lines: readonly (readonly string[])[] = [
    [],
    ['--nonsense'],
    [...bundle, good.artifact],
    [...bundle, '--certificate-identity', identity, good.artifact],
    [...bundle, '--certificate-oidc-issuer', issuer, good.artifact],
    [...good.words],
    [...good.words, join(folder, 'no-such-file')],
    [...good.words, `sha256:${'0'.repeat(63)}`],
    [...good.words, folder],
    [...good.words, '--trusted-root', join(folder, 'a.txt'), good.artifact],
    [...good.words, '--min-logs', '2', good.artifact],
    [...good.words, '--min-logs', 'many', good.artifact],
    [...key.words, '--certificate-identity', identity, '--certificate-oidc-issuer', issuer, key.artifact],
    [...key.words.slice(0, 2), '--certificate-identity', identity, '--certificate-oidc-issuer', issuer, key.artifact],
    [...good.words.slice(0, 2), ...key.words.slice(2), good.artifact],
    ['--bundle', join(folder, 'no-such-bundle'), ...key.words.slice(2), good.artifact],
    ['--bundle', folder, ...key.words.slice(2), good.artifact],
    ['--bundle', '/dev/null', ...key.words.slice(2), good.artifact],
  ];
  for (const line of lines) {
    const { status, said } = await run(line);
    assert.equal(status, 1, `${line.join(' ')}\n${said}`);
  }
});

test('an identity is compared whole, a pattern is anchored, the issuer is asked for', async () => {
  const wrong: readonly (readonly string[])[] = [
    ['--certificate-identity', `${identity}x`, '--certificate-oidc-issuer', issuer],
    ['--certificate-identity', identity.slice(0, -1), '--certificate-oidc-issuer', issuer],
    ['--certificate-identity', '.*', '--certificate-oidc-issuer', issuer],
    ['--certificate-identity', identity, '--certificate-oidc-issuer', `${issuer}/`],
    ['--certificate-identity-regexp', 'beacon', '--certificate-oidc-issuer', issuer],
    ['--certificate-identity-regexp', '.*', '--certificate-oidc-issuer-regexp', 'token'],
  ];
  for (const line of wrong) assert.equal((await run([...bundle, ...line, good.artifact])).status, 1, line.join(' '));
  const right = ['--certificate-identity-regexp', `${beacon}/.*`, '--certificate-oidc-issuer', issuer];
  const outcome = await run([...bundle, ...right, '--json', good.artifact]);
  assert.equal(outcome.status, 0, outcome.said);
  assert.equal((JSON.parse(outcome.said) as { verified: boolean }).verified, true);
});
