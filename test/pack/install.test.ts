import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';

// The package as a user gets it: packed, installed by npm into an empty directory, run there by Node 24.
const root = resolve(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-pack-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const packed = JSON.parse(
  execFileSync('npm', ['pack', '--json', '--pack-destination', scratch], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
) as readonly [{ readonly filename: string; readonly files: readonly { readonly path: string }[] }];
const paths = packed[0].files.map((file) => file.path);

const installed = join(scratch, 'empty');
mkdirSync(installed);
writeFileSync(join(installed, 'package.json'), '{"private":true}\n');
execFileSync(
  'npm',
  ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', join(scratch, packed[0].filename)],
  { cwd: installed, stdio: ['ignore', 'ignore', 'inherit'] },
);

/** Runs the installed command as npm linked it, with Node 24 as the only node on the path. */
function holdfast(...args: readonly string[]): {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
} {
  const path = `${resolve(process.execPath, '..')}:/usr/bin:/bin`;
  return spawnSync(join(installed, 'node_modules/.bin/holdfast'), args, {
    cwd: installed,
    encoding: 'utf8',
    env: { PATH: path, HOME: scratch, HOLDFAST_STORE: join(scratch, 'store') },
    maxBuffer: 64 << 20,
  });
}

test('the package holds JavaScript and the files beside it, no sources and no tests', () => {
  assert.ok(paths.includes('dist/cli/main.js'));
  assert.deepEqual(
    paths.filter((path) => /\.ts$|^(?:src|test|scripts|bench)\//.test(path)),
    [],
  );
  for (const wanted of ['LICENSE', 'SECURITY.md', 'deploy/systemd/holdfast-watch.service'])
    assert.ok(paths.includes(wanted), wanted);
  assert.equal(paths.includes('sensor/build/holdfast-sensor'), existsSync(join(root, 'sensor/build/holdfast-sensor')));
  const assets = execFileSync('git', ['ls-files', 'src'], { cwd: root, encoding: 'utf8' }).split('\n');
  for (const asset of assets.filter((path) => path !== '' && !path.endsWith('.ts'))) {
    assert.ok(paths.includes(asset.replace(/^src\//, 'dist/')), asset);
  }
});

test('--version', () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const { status, stdout, stderr } = holdfast('--version');
  assert.deepEqual([status, stdout, stderr], [0, `${version}\n`, '']);
});

test('doctor --json finds the sensor that came with the package, or says that there is none', () => {
  const { stdout, stderr, status } = holdfast('doctor', '--json');
  assert.equal(stderr, '');
  const answer = JSON.parse(stdout) as { base: string; checks: { name: string; state: string; detail: string }[] };
  assert.equal(status, { complete: 0, missing: 1, unknown: 3 }[answer.base]);
  const sensor = answer.checks.find((check) => check.name === 'sensor');
  if (paths.includes('sensor/build/holdfast-sensor')) assert.ok(sensor?.detail.startsWith(installed), sensor?.detail);
  else assert.equal(sensor?.state, 'unknown');
});

test('sbom of a small image', () => {
  const image = join(scratch, 'image');
  mkdirSync(join(image, 'usr/lib/node_modules/left'), { recursive: true });
  mkdirSync(join(image, 'var/lib/dpkg'), { recursive: true });
  writeFileSync(join(image, 'usr/lib/node_modules/left/package.json'), '{"name":"left","version":"1.2.3"}');
  writeFileSync(
    join(image, 'var/lib/dpkg/status'),
    'Package: base\nStatus: install ok installed\nArchitecture: all\nVersion: 1.0-1\nMaintainer: Nobody\nDescription: base\n',
  );
  const { stdout, stderr, status } = holdfast('sbom', `dir:${image}`);
  assert.equal(status, 0, stderr);
  const bom = JSON.parse(stdout) as { bomFormat: string; components: { purl?: string }[] };
  assert.equal(bom.bomFormat, 'CycloneDX');
  const purls = bom.components.map((component) => component.purl ?? '');
  assert.ok(
    purls.some((purl) => purl.startsWith('pkg:npm/left@1.2.3')),
    purls.join(),
  );
  assert.ok(
    purls.some((purl) => purl.startsWith('pkg:deb/')),
    purls.join(),
  );
});
