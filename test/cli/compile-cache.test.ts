import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

// As npm installs the command: without bin/holdfast around it.
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-compiled-'));
after(() => rmSync(scratch, { recursive: true }));

function version(environment: Record<string, string>): string {
  const env = { PATH: process.env['PATH'] ?? '', ...environment };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, '--version'], { encoding: 'utf8', env });
  assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  return stdout;
}

test('compiled code is kept in a folder that only its user can write', () => {
  const home = mkdtempSync(join(scratch, 'home-'));
  const before = version({ HOME: home });
  const folder = join(home, '.cache/holdfast/node');
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  assert.ok(readdirSync(folder).length > 0);
  assert.equal(version({ HOME: home }), before);
});

test('where there is no home, or none that can be written, it is left be', () => {
  const dangling = join(scratch, 'dangling');
  symlinkSync('/nonexistent/place', dangling);
  const answers = [{}, { HOME: '' }, { HOME: '/proc/nowhere' }, { HOME: scratch, XDG_CACHE_HOME: dangling }].map(
    version,
  );
  assert.equal(new Set(answers).size, 1);
  version({ HOME: scratch, XDG_CACHE_HOME: 'relative' });
  assert.equal(existsSync(join(scratch, 'relative')) || existsSync('relative'), false);
});

test('who says where, or that it is not wanted, is heard', () => {
  const home = mkdtempSync(join(scratch, 'own-'));
  const own = join(scratch, 'elsewhere');
  version({ HOME: home, NODE_COMPILE_CACHE: own });
  assert.equal(existsSync(join(home, '.cache')), false);
  assert.ok(readdirSync(own).length > 0);
  version({ HOME: home, NODE_DISABLE_COMPILE_CACHE: '1' });
  assert.equal(existsSync(join(home, '.cache')), false);
});
