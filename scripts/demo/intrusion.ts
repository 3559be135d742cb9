/** One move of the intruder: what people are told, what runs inside the container, and the finding it must raise. */
export interface Move {
  readonly title: string;
  readonly command: readonly string[];
  readonly expects: string;
}

const sh = (script: string) => ['sh', '-c', script];

/** The intruder has a shell in the container and works with what lies there; nothing here harms more than the container. */
export const moves: readonly Move[] = [
  {
    title: 'drops a program into /tmp and runs it',
    command: sh('cp /usr/bin/sleep /tmp/.kworker && printf mined >> /tmp/.kworker && /tmp/.kworker 0.1'),
    expects: 'exec-not-in-image',
  },
  {
    title: 'replaces a system program and waits for it to be run',
    command: sh('cat /tmp/.kworker > /usr/bin/nproc && /usr/bin/nproc 0.1'),
    expects: 'exec-modified',
  },
  {
    title: 'loads a library of its own into an honest program',
    command: sh(
      'cp /lib/x86_64-linux-gnu/libz.so.1 /tmp/libhook.so && printf hooked >> /tmp/libhook.so && LD_PRELOAD=/tmp/libhook.so /usr/bin/true',
    ),
    expects: 'library-not-in-image',
  },
  {
    title: 'runs a program that no file holds (memfd)',
    command: [
      'python3',
      '-c',
      'import os; f = os.memfd_create("kdevtmpfs"); os.write(f, open("/usr/bin/true", "rb").read() + b"fileless"); os.execv(f"/proc/self/fd/{f}", ["kdevtmpfs"])',
    ],
    expects: 'exec-from-memory',
  },
  {
    title: 'runs a script that lies on a mounted volume',
    command: ['python3', '/data/collect.py'],
    expects: 'script-from-volume',
  },
];

/** What lies on the volume. */
export const volumeScript = 'print(sorted(__import__("os").listdir("/etc"))[:3])\n';
