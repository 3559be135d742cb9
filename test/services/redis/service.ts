import { chmodSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { withLayer } from '../../support/layered.ts';
import { debianImage } from '../../support/roots.ts';
import { asUser } from '../support/as-user.ts';
import type { Box } from '../support/box.ts';
import { certificate } from '../support/certificate.ts';
import type { Service } from '../support/service.ts';
import { attacks } from './attacks.ts';

/** As the kubelet writes a mounted secret: a directory named by the time, and links that move. */
function renew(directory: string, at: string): void {
  const secret = join(directory, 'tls');
  certificate(join(secret, `..${at}`), 'tls');
  chmodSync(join(secret, `..${at}`, 'tls.key'), 0o644);
  symlinkSync(`..${at}`, join(secret, '..data.next'));
  renameSync(join(secret, '..data.next'), join(secret, '..data'));
}

const visits = (box: Box, seconds: number, addresses: readonly string[] = []): Promise<string> =>
  box.host(['node', 'variation.mjs', String(seconds), ...addresses]);

const ask = (box: Box, ...words: readonly string[]): Promise<string> => box.host(['node', 'ask.mjs', ...words]);

export const redis: Service = {
  name: 'redis',
  image: async (scratch) => {
    const empty = join(scratch, 'empty', 'redis');
    mkdirSync(empty, { recursive: true });
    const base = await debianImage({ include: ['nodejs', 'redis-server'] });
    return asUser(withLayer(base, { '/app/redis': empty }, scratch), '100:101');
  },
  prepare: (directory) => {
    renew(directory, '2026_11_24_10_15_30.123456789');
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(`..data/${name}`, join(directory, 'tls', name));
  },
  environment: { TZ: 'Asia/Kathmandu', LANG: 'C.UTF-8' },
  variation: async (box) => {
    await box.host(['sh', '-c', 'ip addr add 10.44.7.9/32 dev lo; ip addr add 203.0.113.80/32 dev lo']);
    await visits(box, 4, ['10.44.7.9', '203.0.113.80']);
    renameSync(box.path('/var/lib/redis/redis.log'), box.path('/var/lib/redis/redis.log.1'));
    await visits(box, 2);
    renew(box.directory, '2027_01_31_23_59_07.99');
    await ask(
      box,
      'CONFIG',
      'SET',
      'tls-cert-file',
      '/etc/redis/tls/tls.crt',
      'tls-key-file',
      '/etc/redis/tls/tls.key',
    );
    await ask(box, 'CONFIG', 'SET', 'save', '1 1');
    await visits(box, 3, ['10.44.7.9']);
    await ask(box, 'DEBUG', 'RESTART');
    await visits(box, 2);
    await ask(box, 'DEBUG', 'RELOAD');
    await box.restart();
    await visits(box, 3);
  },
  attacks,
};
