import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { parse } from 'yaml';
import { verbs } from '../../src/cli/verbs.ts';
import { loadPolicies } from '../../src/policy/index.ts';

const folder = join(import.meta.dirname, '../../docs/ci');

it('the policy of the examples is one', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-ci-'));
  try {
    copyFileSync(join(folder, 'policy.yaml'), join(scratch, 'policy.yaml'));
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(join(scratch, 'mirror.pub'), publicKey.export({ format: 'pem', type: 'spki' }));
    const { policies } = await loadPolicies([join(scratch, 'policy.yaml')], new AbortController().signal);
    assert.deepEqual(
      policies.map(({ name }) => name),
      ['releases'],
    );
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

for (const name of ['github-actions.yml', 'gitlab-ci.yml'])
  it(`${name} is YAML, and every command of ours in it exists with its options`, async () => {
    const text = readFileSync(join(folder, name), 'utf8');
    assert.equal(typeof parse(text), 'object');
    const commands = text.replaceAll('\\\n', ' ').matchAll(/\bholdfast (?<verb>[a-z-]+)(?<rest> .*)$/gm);
    let count = 0;
    for (const { groups } of commands) {
      const verb = verbs.find((one) => one.name === groups?.['verb']);
      assert.ok(verb, groups?.['verb']);
      const { Command } = await import('commander');
      const program = new Command();
      (await verb.load()).register(program);
      const help = program.commands[0]?.helpInformation() ?? '';
      for (const [option] of (groups?.['rest'] ?? '').matchAll(/--[a-z-]+/g))
        assert.ok(help.includes(option), `${verb.name} ${option}`);
      count += 1;
    }
    assert.ok(count >= 2);
  });
