import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheDirectory } from '../../test/support/roots.ts';

const run = promisify(execFile);
const app = join(import.meta.dirname, 'app');

const packages = ['nginx-light', 'python3'];
const slim = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/man/*',
];

/**
 * The demo's image, an OCI layout tagged `demo`: a layer of Debian packages as the distribution ships them, and a layer
 * with the service. Made once (about half a minute) and kept in the cache folder; a change of the recipe makes it anew.
 */
export async function demoImage(signal: AbortSignal, progress: (line: string) => void): Promise<string> {
  const layout = join(cacheDirectory(), 'demo', recipe());
  if (existsSync(join(layout, 'index.json'))) return layout;
  mkdirSync(join(cacheDirectory(), 'demo'), { recursive: true });
  const scratch = mkdtempSync(join(cacheDirectory(), 'demo', '.making-'));
  try {
    progress(`building an image from Debian packages: ${packages.join(', ')} and what they need (once)`);
    await debianLayer(join(scratch, 'debian.tar'), signal);
    await run(
      'tar',
      [
        '-C',
        join(app, '..'),
        '--sort=name',
        '--owner=0',
        '--group=0',
        '--mode=u=rwX,go=rX',
        '--mtime=@1',
        '-cf',
        join(scratch, 'app.tar'),
        'app',
      ],
      { signal },
    );
    const made = join(scratch, 'layout');
    await run('umoci', ['init', '--layout', made], { signal });
    await run('umoci', ['new', '--image', `${made}:demo`], { signal });
    for (const layer of ['debian.tar', 'app.tar']) {
      await run('umoci', ['raw', 'add-layer', '--image', `${made}:demo`, join(scratch, layer)], { signal });
    }
    await run(
      'umoci',
      [
        'config',
        '--image',
        `${made}:demo`,
        '--config.entrypoint',
        '/app/start.sh',
        '--config.env',
        'PATH=/usr/sbin:/usr/bin:/sbin:/bin',
      ],
      { signal },
    );
    await run('umoci', ['gc', '--layout', made], { signal });
    renameSync(made, layout);
    return layout;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function debianLayer(tar: string, signal: AbortSignal): Promise<void> {
  const options = slim.flatMap((option) => ['--dpkgopt', option]);
  const sources = existsSync('/etc/apt/sources.list.d/debian.sources')
    ? '/etc/apt/sources.list.d/debian.sources'
    : '/etc/apt/sources.list';
  const args = ['--quiet', '--variant=essential', `--include=${packages.join()}`, ...options, 'bookworm', tar, sources];
  await run('mmdebstrap', args, { signal, maxBuffer: 64 << 20 });
}

/** Names the image by all that goes into it. */
function recipe(): string {
  const hash = createHash('sha256').update(
    JSON.stringify([packages, slim, readFileSync(import.meta.filename, 'utf8')]),
  );
  for (const name of readdirSync(app).sort()) hash.update(name).update(readFileSync(join(app, name)));
  return hash.digest('hex').slice(0, 16);
}
