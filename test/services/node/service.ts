import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLayer } from '../../support/layered.ts';
import { debianImage } from '../../support/roots.ts';
import type { Box } from '../support/box.ts';
import { certificate } from '../support/certificate.ts';
import type { Service } from '../support/service.ts';
import { attacks } from './attacks.ts';

const visits = (box: Box, seconds: number, addresses: readonly string[] = []): Promise<string> =>
  box.host(['node', 'variation.mjs', String(seconds), ...addresses]);

export const node: Service = {
  name: 'node',
  image: async (scratch) => {
    const empty = join(scratch, 'empty', 'node');
    mkdirSync(empty, { recursive: true });
    return withLayer(
      await debianImage({ include: ['nodejs', 'redis-server'] }),
      {
        '/app': join(import.meta.dirname, 'app'),
        '/app/node_modules/mini': join(import.meta.dirname, 'mini'),
        '/data': empty,
      },
      scratch,
    );
  },
  prepare: (directory) => certificate(join(directory, 'tls'), 'tls'),
  environment: { TZ: 'Africa/Casablanca', LC_ALL: 'ja_JP.UTF-8' },
  variation: async (box) => {
    await box.host(['sh', '-c', 'ip addr add 10.44.7.9/32 dev lo; ip addr add 203.0.113.80/32 dev lo']);
    await visits(box, 4, ['10.44.7.9', '203.0.113.80']);
    renameSync(box.path('/data/shop.log'), box.path('/data/shop.log.1'));
    rmSync(join(box.directory, 'tls/tls.crt'));
    certificate(join(box.directory, 'tls'), 'tls');
    box.signal('SIGHUP');
    await visits(box, 2, ['10.44.7.9']);
    execFileSync('gzip', [box.path('/data/shop.log.1')]);
    // A worker is killed, and the primary starts another.
    const worker = box.processes('main.cjs').find((pid) => pid !== box.pid);
    if (worker !== undefined) process.kill(worker, 'SIGKILL');
    await visits(box, 3);
    await box.restart();
    await visits(box, 3);
  },
  attacks,
};
