import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { buildImage } from '../support/image.ts';
import { testAuthority } from '../support/registry/certificates.ts';
import { openAt } from '../support/registry/open.ts';
import { testRegistry } from '../support/registry/server.ts';
import { pushImage } from '../support/repository.ts';

const bin = resolve(import.meta.dirname, '../../bin/holdfast');
const scratch = mkdtempSync(join(tmpdir(), 'holdfast-cli-registry-'));
after(() => rmSync(scratch, { recursive: true }));
const image = buildImage({
  layers: [{ files: [{ path: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' }] }],
});
const digest = image.manifest.digest;

async function holdfast(...args: readonly string[]): Promise<{ readonly status: number; readonly output: string }> {
  const child = spawn(bin, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DOCKER_CONFIG: scratch },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [status] = (await once(child, 'close')) as [number];
  return { status, output };
}

test('an image in a registry is a SOURCE: by tag, by digest, by both', async () => {
  await using registry = await testRegistry();
  await using repository = await openAt(registry.host, {}, 'team/app');
  await pushImage(repository, image, '1');
  for (const reference of [':1', `@${digest}`, `:other@${digest}`]) {
    const { status, output } = await holdfast('sbom', `${registry.host}/team/app${reference}`);
    assert.equal(status, 0, output);
    assert.ok(output.includes(digest));
  }
  const { status, output } = await holdfast('sbom', `${registry.host}/team/app:2`);
  assert.equal(status, 3);
  assert.match(output, /not-found/);
});

test('a registry with an authority of its own needs --registry-ca, one that asks for a certificate shows it one', async () => {
  const authority = testAuthority(scratch, 'ours');
  const server = authority.issue('registry', 'subjectAltName=IP:127.0.0.1');
  const client = authority.issue('client', 'extendedKeyUsage=clientAuth');
  for (const [name, text] of Object.entries({ ca: authority.cert, cert: client.cert, key: client.key })) {
    writeFileSync(join(scratch, `${name}.pem`), text);
  }
  await using registry = await testRegistry({ tls: { ...server, ca: authority.cert } });
  const clientCertificate = { certificate: client.cert, key: client.key };
  await using repository = await openAt(registry.host, { ca: authority.cert, clientCertificate }, 'team/app');
  await pushImage(repository, image, 'latest');
  const source = `${registry.host}/team/app`;
  const flag = (name: string): readonly string[] => [`--registry-${name}`, join(scratch, `${name}.pem`)];
  const good = await holdfast('sbom', source, ...flag('ca'), ...flag('cert'), ...flag('key'));
  assert.equal(good.status, 0, good.output);
  assert.match((await holdfast('sbom', source)).output, /registry-unreachable/);
  assert.match((await holdfast('sbom', source, ...flag('ca'))).output, /registry-unreachable/);
  const half = await holdfast('sbom', source, ...flag('cert'));
  assert.equal(half.status, 2, half.output);
  const absent = await holdfast('sbom', source, '--registry-ca', join(scratch, 'nowhere'));
  assert.equal(absent.status, 3, absent.output);
});
