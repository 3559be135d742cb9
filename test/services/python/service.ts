import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLayer } from '../../support/layered.ts';
import { debianImage } from '../../support/roots.ts';
import type { Box } from '../support/box.ts';
import { certificate } from '../support/certificate.ts';
import type { Service } from '../support/service.ts';
import { attacks } from './attacks.ts';

const visits = (box: Box, seconds: number, peers: string, addresses: readonly string[] = []): Promise<string> =>
  box.host(['node', 'variation.mjs', String(seconds), peers, ...addresses]);

/** The second moved to another address since the recording. */
const usual = '10.77.1.6,10.77.0.9';

export const python: Service = {
  name: 'python',
  image: async (scratch) =>
    withLayer(
      await debianImage({ include: ['gunicorn', 'python3-flask', 'python3-redis', 'python3-requests'] }),
      { '/app': join(import.meta.dirname, 'app'), '/data': mkdirp(scratch) },
      scratch,
    ),
  prepare: (directory) => certificate(join(directory, 'tls'), 'tls'),
  environment: { TZ: 'America/Caracas', LANG: 'fr_FR.UTF-8', UPSTREAM: '10.77.1.6,10.77.0.9' },
  variation: async (box) => {
    await box.host(['sh', '-c', 'ip addr add 10.44.7.9/32 dev lo; ip addr add 203.0.113.80/32 dev lo']);
    await visits(box, 5, usual, ['10.44.7.9', '203.0.113.80']);
    // Logs by logrotate on the host: USR1 has the access log opened again.
    renameSync(box.path('/data/access.log'), box.path('/data/access.log.1'));
    box.signal('SIGUSR1');
    await sleep(200);
    execFileSync('gzip', [box.path('/data/access.log.1')]);
    await visits(box, 2, usual);
    rmSync(join(box.directory, 'tls/tls.crt'));
    certificate(join(box.directory, 'tls'), 'tls');
    box.signal('SIGHUP');
    await sleep(1000);
    await visits(box, 4, usual, ['10.44.7.9']);
    // Two more workers, then fewer.
    box.signal('SIGTTIN');
    await visits(box, 2, usual);
    await box.restart();
    await visits(box, 3, usual);
  },
  attacks,
};

function mkdirp(scratch: string): string {
  const path = join(scratch, 'empty', 'python');
  mkdirSync(path, { recursive: true });
  return path;
}
