import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Box } from '../support/box.ts';
import { hijack } from '../support/hijack.ts';
import type { Attack } from '../support/service.ts';

const by = /^\/usr\/sbin\/nginx$/;
/** The worker, as its user: what an exploit of a request gets. */
const worker = (box: Box, ...given: readonly string[]): Promise<void> =>
  hijack(box, box.processes('nginx: worker')[0], ...given);
/** The master, as root. */
const master = (box: Box, ...given: readonly string[]): Promise<void> => hijack(box, box.pid, ...given);

/** A configuration that is reloaded, and a request. */
async function configured(box: Box, name: string, location: string, path: string): Promise<void> {
  const text = `server { listen 8080; server_name ${name}.example; location ${location} }\n`;
  writeFileSync(join(box.directory, 'conf.d', `${name}.conf`), text);
  box.signal('SIGHUP');
  await sleep(1000);
  await box.host(['node', '../support/get.mjs', `http://127.0.0.1:8080${path}`, `${name}.example`]);
}

export const attacks: readonly Attack[] = [
  {
    name: 'a worker starts a shell',
    kind: 'loud',
    act: (box) => worker(box, 'exec', '/bin/sh', '-c', 'id; exit'),
    told: /^process-not-in-profile \/usr\/bin\/dash \/bin\/sh -c id/,
    by,
  },
  {
    name: 'a worker becomes another program',
    kind: 'loud',
    act: (box) => worker(box, 'replace', '/usr/bin/python3', '-c', 'pass'),
    told: /^process-not-in-profile \/usr\/bin\/python3[.\d]*/,
    by,
  },
  {
    name: 'a binary is dropped and run',
    kind: 'loud',
    act: (box) =>
      worker(
        box,
        'exec',
        '/bin/sh',
        '-c',
        'cp /bin/true /var/lib/nginx/body/kworker; /var/lib/nginx/body/kworker; exit',
      ),
    told: /^process-not-in-profile \/var\/lib\/nginx\/body\/kworker/,
    by,
  },
  {
    name: 'a worker calls home',
    kind: 'loud',
    act: (box) => worker(box, 'connect', '198.51.100.7', '4444'),
    told: /^connection-\S+ tcp 198\.51\.100\.7:4444/,
    by,
  },
  {
    name: 'a worker calls home on a port that is known',
    kind: 'loud',
    act: (box) => worker(box, 'connect', '198.51.100.8', '9000'),
    told: /^connection-other-peer tcp 198\.51\.100\.8:9000/,
    by,
  },
  {
    name: 'accounts are read',
    kind: 'loud',
    act: (box) => master(box, 'read', '/etc/shadow'),
    told: /^file-not-in-profile \/etc\/shadow/,
    by,
  },
  {
    name: 'a cron job is written',
    kind: 'loud',
    act: (box) => master(box, 'write', '/etc/cron.d/job', '* * * * * root id'),
    told: /^file-\S+ \/etc\/cron\.d\/job/,
    by,
  },
  {
    name: 'a page is defaced',
    kind: 'loud',
    act: (box) => master(box, 'write', '/srv/www/index.html', 'owned'),
    told: /^file-written \/srv\/www\/index\.html/,
    by,
  },
  {
    name: 'a page is dropped',
    kind: 'loud',
    act: (box) => master(box, 'write', '/srv/www/login.html', 'phish'),
    told: /^file-written \/srv\/www\/login\.html/,
    by,
  },
  {
    name: 'configuration is dropped',
    kind: 'loud',
    act: (box) => master(box, 'write', '/etc/nginx/conf.d/zz.conf', '# x'),
    told: /^file-written \/etc\/nginx\/conf\.d\/zz\.conf/,
    by,
  },
  {
    name: 'a library is dropped and mapped',
    kind: 'loud',
    act: async (box) => {
      await master(box, 'write', '/tmp/libz.so', 'x'.repeat(5000));
      await master(box, 'map', '/tmp/libz.so');
    },
    told: /\/tmp\/libz\.so/,
    by,
  },
  {
    name: 'a back door listens',
    kind: 'loud',
    act: (box) => worker(box, 'bind', '31337'),
    told: /^listen-not-in-profile tcp port 31337/,
    by,
  },
  {
    name: 'an alias leads out of the document root',
    kind: 'quiet',
    act: (box) => configured(box, 'leak', '/leak/ { alias /var/lib/; }', '/leak/dpkg/status'),
    told: /^file-not-in-profile \/var\/lib\/dpkg\/status/,
    by,
  },
  {
    name: 'an alias leads to the environment',
    kind: 'quiet',
    act: (box) => configured(box, 'environ', '/proc/ { alias /proc/; }', '/proc/self/environ'),
    told: /^\S+ \S*environ/,
    by,
    missed: 'what is read below /proc is not shown by the sensor',
  },
  {
    name: 'requests are passed to another host',
    kind: 'quiet',
    act: (box) => configured(box, 'pass', '/ { proxy_pass http://198.51.100.9:80; proxy_connect_timeout 1s; }', '/x'),
    told: /^connection-\S+ tcp 198\.51\.100\.9:80/,
    by,
  },
  {
    name: 'data leaves through the application it asks anyway',
    kind: 'quiet',
    act: (box) => worker(box, 'connect', '127.0.0.1', '9000'),
    told: /127\.0\.0\.1:9000/,
    by,
    missed: 'the peer is the profile’s; what is said to it is not judged',
  },
  {
    name: 'the key is read again',
    kind: 'quiet',
    act: (box) => master(box, 'read', '/etc/letsencrypt/live/web.example/privkey.pem'),
    told: /^\S+ \S*privkey/,
    by,
    missed: 'the service reads its key itself',
  },
  {
    name: 'user names are read',
    kind: 'quiet',
    act: (box) => worker(box, 'read', '/etc/passwd'),
    told: /\/etc\/passwd/,
    by,
    missed: 'the C library reads it in every service that asks for a user',
  },
  {
    name: 'an upload is stored that nobody sent',
    kind: 'quiet',
    act: (box) => worker(box, 'write', '/srv/files/invoice.html', 'x'),
    told: /^\S+ \S*invoice/,
    by,
    missed: 'uploads are written there, under any name',
  },
];
