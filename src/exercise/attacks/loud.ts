import { type Attack, peerAddress } from './model.ts';
import { asRoot, dropTool, exec, plant, text, tool } from './steps.ts';

/** Bytes, files and peers that are not the image's. */
export const loud: readonly Attack[] = [
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
          `$n="hf";$f=syscall(319,$n,0);open($o,">&=",$f);binmode $o;open($i,"<","${tool}");binmode $i;$/=undef;$b=<$i>;syswrite $o,$b;exec { "/proc/self/fd/$f" } "hf-memory-"."run","true"`,
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

/** Destroys what it replaces: nothing may come after it. */
export const last: readonly Attack[] = [
  {
    id: 'replace-service',
    kind: 'loud',
    does: 'replaces the service’s own program and runs it',
    ways: [[{ do: 'drop', path: '{service}', bytes: 'tool' }, exec('{service}', '--hf-replaced')]],
    told: { what: 'arguments', text: '--hf-replaced' },
  },
];
