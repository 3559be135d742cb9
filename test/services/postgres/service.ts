import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLayer } from '../../support/layered.ts';
import { debianImage } from '../../support/roots.ts';
import { asUser } from '../support/as-user.ts';
import type { Box } from '../support/box.ts';
import { certificate } from '../support/certificate.ts';
import type { Service } from '../support/service.ts';
import { attacks } from './attacks.ts';

/** Debian's postgres user in the image. */
const uid = 100;

/** As the kubelet writes a mounted secret: a directory named by the time, and links that move. */
function renew(directory: string, at: string): void {
  const secret = join(directory, 'conf/tls');
  certificate(join(secret, `..${at}`), 'tls');
  const key = join(secret, `..${at}`, 'tls.key');
  chmodSync(key, 0o600);
  chownSync(key, uid, uid);
  symlinkSync(`..${at}`, join(secret, '..data.next'));
  renameSync(join(secret, '..data.next'), join(secret, '..data'));
}

const visits = (box: Box, name: string, seconds: number): Promise<string> =>
  box.host(['sh', 'variation.sh', name, String(seconds)]);

export const postgres: Service = {
  name: 'postgres',
  image: async (scratch) =>
    asUser(
      withLayer(
        await debianImage({ include: ['postgresql-15'] }),
        { '/app/entrypoint.sh': join(import.meta.dirname, 'image/entrypoint.sh') },
        scratch,
      ),
      '100:102',
    ),
  prepare: (directory) => {
    mkdirSync(join(directory, 'conf/tls'));
    renew(directory, '2026_11_24_10_15_30.123456789');
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(`..data/${name}`, join(directory, 'conf/tls', name));
  },
  environment: { TZ: 'Pacific/Chatham', LC_TIME: 'C.UTF-8' },
  variation: async (box) => {
    await box.host(['sh', '-c', 'ip addr add 10.44.7.9/32 dev lo']);
    await box.host(['sh', '-c', 'until pg_isready -qh 127.0.0.1; do sleep 0.2; done']);
    await box.host(['psql', '-h', '127.0.0.1', '-U', 'postgres', '-qc', 'CREATE DATABASE shop']);
    await box.host([
      'psql',
      '-h',
      '10.44.7.9',
      '-U',
      'postgres',
      'shop',
      '-qc',
      'CREATE TABLE orders (id serial PRIMARY KEY, who text, total numeric)',
    ]);
    await box.host([
      'psql',
      '-h',
      '10.44.7.9',
      '-U',
      'postgres',
      'shop',
      '-qc',
      'INSERT INTO orders (who) SELECT md5(i::text) FROM generate_series(1, 30000) i',
    ]);
    await visits(box, 'a', 3);
    renew(box.directory, '2027_01_31_23_59_07.99');
    writeFileSync(
      join(box.directory, 'conf/extra.conf'),
      "work_mem = '2MB'\nlog_filename = 'pg-%Y-%m-%d_%H%M%S.log'\nlog_min_duration_statement = 0\n",
    );
    box.signal('SIGHUP');
    await visits(box, 'b', 2);
    await box.restart('SIGINT');
    await visits(box, 'c', 2);
    await box.restart('SIGKILL');
    await visits(box, 'd', 2);
  },
  attacks,
};
