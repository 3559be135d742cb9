import type { Ground } from './ground.ts';

/** Something a container does, timed inside it. */
export interface Load {
  readonly name: string;
  readonly what: string;
  /** Runs before the one that counts. */
  readonly warmUps: number;
  /** Prints nanoseconds as its last word. */
  readonly script: string;
}

const timed = (command: string) => `s=$(date +%s%N); ${command} || exit 1; e=$(date +%s%N); echo $((e - s))`;

export const loads: readonly Load[] = [
  {
    name: 'steady',
    warmUps: 1,
    what: 'a shell that computes: nothing that is watched happens',
    script: timed('i=0; while [ $i -lt 1500000 ]; do i=$((i + 1)); done'),
  },
  {
    name: 'open-close',
    warmUps: 1,
    what: '300,000 opens and closes of 4 files',
    script: '/bench/load open 300000 /etc/passwd /etc/hostname /usr/bin/gcc /usr/bin/make',
  },
  { name: 'exec', warmUps: 2, what: '2,000 runs of /bin/true', script: '/bench/load exec 2000 /bin/true' },
  {
    name: 'redis',
    warmUps: 1,
    what: 'redis-benchmark: 200,000 GET and SET, 50 clients',
    script: `redis-server --save "" --appendonly no --daemonize yes --port 6390 >/dev/null; sleep 0.3; ${timed(
      'redis-benchmark -p 6390 -q -t get,set -n 200000 >/dev/null',
    )}; redis-cli -p 6390 shutdown nosave`,
  },
  {
    name: 'build',
    warmUps: 4,
    what: 'make -j2 of the sensor (a C project of some 30 files)',
    script: `rm -rf /tmp/project; cp -r /bench/project /tmp/project; cd /tmp/project; ${timed('make -s -j2 all')}`,
  },
];

/** Runs it in a container; seconds. */
export async function runLoad(ground: Ground, id: string, load: Load): Promise<number> {
  const answer = await ground.containerd.exec(id, ['/bin/sh', '-c', load.script]);
  const nanoseconds = Number(answer.stdout.trim().split(/\s+/).at(-1));
  if (answer.code !== 0 || !Number.isFinite(nanoseconds))
    throw new Error(`${load.name}: ${answer.stderr}${answer.stdout}`);
  return nanoseconds / 1e9;
}
