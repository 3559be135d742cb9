import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLayer } from '../../support/layered.ts';
import { debianImage } from '../../support/roots.ts';
import type { Box } from '../support/box.ts';
import { certificate } from '../support/certificate.ts';
import type { Service } from '../support/service.ts';
import { attacks } from './attacks.ts';

const here = import.meta.dirname;
const site = 'web.example';

/** As certbot lays it out: each renewal is the next number, and the links move. */
function renew(directory: string, number: number): void {
  const archive = join(directory, 'letsencrypt/archive', site);
  const live = join(directory, 'letsencrypt/live', site);
  mkdirSync(live, { recursive: true });
  certificate(archive, `new${number}`);
  renameSync(join(archive, `new${number}.crt`), join(archive, `fullchain${number}.pem`));
  renameSync(join(archive, `new${number}.key`), join(archive, `privkey${number}.pem`));
  for (const name of ['fullchain', 'privkey']) {
    const link = join(live, `${name}.pem`);
    symlinkSync(`../../archive/${site}/${name}${number}.pem`, `${link}.next`);
    renameSync(`${link}.next`, link);
  }
}

async function visits(box: Box, seconds: number, addresses: readonly string[] = []): Promise<void> {
  await box.host(['node', 'variation.mjs', String(seconds), ...addresses]);
}

/** From outside, as a log shipper or logrotate on the host does it. */
async function rotate(box: Box, names: readonly string[], suffix: string, compress: boolean): Promise<void> {
  for (const name of names) renameSync(box.path(`/var/log/nginx/${name}`), box.path(`/var/log/nginx/${name}${suffix}`));
  box.signal('SIGUSR1');
  await sleep(300);
  if (compress) for (const name of names) execFileSync('gzip', [box.path(`/var/log/nginx/${name}${suffix}`)]);
}

export const nginx: Service = {
  name: 'nginx',
  image: async (scratch) =>
    withLayer(
      await debianImage({ include: ['nginx-light', 'python3'] }),
      {
        '/srv/www': join(here, 'site'),
        '/var/log/nginx': mkdirp(scratch, 'log'),
        '/var/cache/nginx': mkdirp(scratch, 'cache'),
      },
      scratch,
    ),
  prepare: (directory) => {
    renew(directory, 1);
    mkdirSync(join(directory, 'uploads'));
    chmodSync(join(directory, 'uploads'), 0o777);
  },
  environment: { TZ: 'America/St_Johns', LANG: 'de_DE.UTF-8' },
  variation: async (box) => {
    await box.host([
      'sh',
      '-c',
      'ip addr add 10.44.7.9/32 dev lo; ip addr add 192.168.3.200/32 dev lo; ip addr add 203.0.113.80/32 dev lo',
    ]);
    await visits(box, 4, ['10.44.7.9', '192.168.3.200', '203.0.113.80']);
    const logs = ['web.access.log', 'web.error.log', 'access.log', 'error.log'];
    await rotate(box, logs, '.1', false);
    await visits(box, 2);
    for (const name of logs) renameSync(box.path(`/var/log/nginx/${name}.1`), box.path(`/var/log/nginx/${name}.2`));
    await rotate(box, logs, '.1', true);
    await rotate(box, logs, '-20270102', true);
    renew(box.directory, 2);
    box.signal('SIGHUP');
    await visits(box, 2);
    const conf = join(box.directory, 'conf.d');
    writeFileSync(
      join(conf, 'web-shop.conf'),
      'server { listen 8080; server_name shop.example; root /srv/www/docs; location /gzip { gzip on; return 200 "x"; } }\n',
    );
    appendFileSync(join(conf, 'site.conf'), '# changed\n');
    box.signal('SIGHUP');
    await visits(box, 2, ['10.44.7.9']);
    // A worker dies, and another takes its place.
    const [worker] = box.processes('nginx: worker');
    if (worker !== undefined) process.kill(worker, 'SIGKILL');
    await visits(box, 2);
    renew(box.directory, 11);
    unlinkSync(join(conf, 'web-shop.conf'));
    box.signal('SIGHUP');
    await visits(box, 2);
  },
  attacks,
};

function mkdirp(scratch: string, name: string): string {
  const path = join(scratch, 'empty', name);
  mkdirSync(path, { recursive: true });
  return path;
}
