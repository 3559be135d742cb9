/**
 * What judging by a profile costs: nanoseconds for one new event at 50,000 entries, milliseconds to read and compile a
 * document of 64 KB. Prints JSON.
 *
 *   node bench/profile.ts [--rounds N]
 */
import { parseArgs } from 'node:util';
import {
  access,
  type CompiledProfile,
  compileProfile,
  type ExecutionProfile,
  type FileEntry,
  generalise,
  judgeObservation,
  type Observation,
  type ProcessRan,
  profileLimits,
  Recorder,
  readProfile,
  recordingOf,
  writeProfile,
} from '../src/profile/index.ts';
import { spread } from './statistics.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const rounds = Number(values.rounds);
const eventsOfRound = 20_000;

const seen = { count: 1, runs: 1, rules: [] } as const;
const sha = '1'.repeat(64);

function file(pattern: string, more: Partial<FileEntry> = {}): FileEntry {
  return { pattern, access: access.read, imageOnly: false, sha256: [], ...seen, ...more };
}

const numbers = (many: number): readonly number[] => [...Array(many).keys()];

function ran(at: number, more: Partial<ProcessRan> = {}): ProcessRan {
  return {
    kind: 'process',
    path: `/usr/bin/tool${at}`,
    sha256: sha,
    ofImage: true,
    parent: '/usr/bin/tool0',
    argv: ['tool', '--config', '/etc/tool.conf', `--id=${at}`],
    argvWhole: true,
    uid: 1000,
    capabilities: 0n,
    ...more,
  };
}

/** 50,000 entries: files by name, by pattern and by tree, argument lists, peers. */
function large(): ExecutionProfile {
  const empty = generalise(recordingOf(undefined, []));
  return {
    ...empty,
    executables: numbers(2000).map((at) => ({ path: `/usr/bin/tool${at}`, ofImage: true, sha256: [sha] })),
    processes: numbers(2000).map((at) => ({
      path: `/usr/bin/tool${at}`,
      parent: '/usr/bin/tool0',
      uid: 1000,
      capabilities: 0n,
      arguments: [
        { pattern: ['tool', '--config', '/etc/tool.conf', `--id=${at}`], ...seen },
        { pattern: ['tool', '--session', '{uuid}'], ...seen },
      ],
    })),
    files: [
      ...numbers(28_000).map((at) => file(`/usr/share/app/d${at % 300}/file${at}.dat`)),
      ...numbers(14_000).map((at) => file(`/var/lib/app/d${at % 1400}/part${Math.floor(at / 1400)}-{n}.seg`)),
      ...numbers(1000).map((at) => file(`/opt/tree${at}/**`)),
    ],
    outbound: numbers(3000).map((at) => ({
      protocol: 'tcp',
      peer: `10.${at % 250}.${Math.floor(at / 250)}.0/24`,
      port: 1000 + (at % 40),
      ...seen,
    })),
  };
}

const kinds: Readonly<Record<string, (at: number) => Observation>> = {
  'process, arguments by hash': (at) => ran(at % 2000),
  'process, arguments by pattern': (at) =>
    ran(at % 2000, { argv: ['tool', '--session', '4fd1ef9c-56a4-4d1b-b8b0-9f2f3a1c2d3e'] }),
  'file by name': (at) => use(`/usr/share/app/d${(at % 28_000) % 300}/file${at % 28_000}.dat`),
  'file by pattern': (at) => use(`/var/lib/app/d${at % 1400}/part${at % 10}-${at}.seg`),
  'file by tree': (at) => use(`/opt/tree${at % 1000}/some/where/below`),
  connection: (at) => ({
    kind: 'connection',
    protocol: 'tcp',
    address: `10.${(at % 3000) % 250}.${Math.floor((at % 3000) / 250)}.${at % 200}`,
    port: 1000 + ((at % 3000) % 40),
  }),
  'drift, file': (at) => use(`/usr/share/app/d${at % 300}/other${at}.dat`),
  'drift, process': (at) => ran(at % 2000, { argv: ['tool', `${at}`] }),
};

function use(path: string): Observation {
  return { kind: 'file', path, access: 'read', sha256: undefined, ofImage: true };
}

function nanosEach(compiled: CompiledProfile, make: (at: number) => Observation, drift: boolean): readonly number[] {
  const samples: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const events = numbers(eventsOfRound).map((at) => make(at * 7 + round));
    const start = process.hrtime.bigint();
    for (const event of events)
      if ((judgeObservation(compiled, event) === 'allowed') === drift)
        throw new Error(`judged wrongly: ${JSON.stringify(event, text)}`);
    if (round > 0) samples.push(Number(process.hrtime.bigint() - start) / eventsOfRound);
  }
  return samples;
}

function text(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

/** A recording whose profile fills what an ordinary service's stays under. */
function ordinary(): Uint8Array {
  const recorder = new Recorder({ run: 'bench', replica: 'a', from: '2026-11-24T10:00:00Z' });
  const add = (at: number): void => {
    recorder.add(use(`/usr/lib/x86_64-linux-gnu/part${at % 40}/library-${at}`));
    if (at % 5 === 0)
      recorder.add({ ...ran(at), argv: ['tool', `--name=worker${at}`], path: `/usr/bin/tool${at % 50}` });
    if (at % 7 === 0)
      recorder.add({
        kind: 'file',
        path: `/data/n${at % 90}x/${at}-${at}.log`,
        access: 'write',
        sha256: undefined,
        ofImage: false,
      });
    if (at % 9 === 0)
      recorder.add({ kind: 'connection', protocol: 'tcp', address: `192.0.${at % 200}.${at % 250}`, port: 443 });
  };
  let bytes: Uint8Array = new Uint8Array();
  for (let at = 0; ; at++) {
    add(at);
    if (at % 100 !== 0) continue;
    const next = writeProfile(generalise(recordingOf(undefined, [recorder.session('2026-11-24T10:01:00Z', [])])));
    if (next.length > profileLimits.ordinaryBytes) return bytes;
    bytes = next;
  }
}

function millis(work: () => unknown): readonly number[] {
  const samples: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const start = process.hrtime.bigint();
    work();
    samples.push(Number(process.hrtime.bigint() - start) / 1e6);
  }
  return samples;
}

const profile = large();
const compiled = compileProfile(profile);
const bytes = ordinary();
const read = readProfile(bytes, 'bench');
const rounded = (samples: readonly number[], digits: number): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(spread(samples)).map(([name, value]) => [name, Number(value.toFixed(digits))]));
const [coldRead = 0, ...warmRead] = millis(() => readProfile(bytes, 'bench'));
const [coldCompile = 0, ...warmCompile] = millis(() => compileProfile(read));

const results = {
  rounds,
  entries: profile.files.length + profile.outbound.length + profile.processes.length * 2,
  compileMillis: rounded(millis(() => compileProfile(profile)).slice(1), 1),
  judgeNanos: Object.fromEntries(
    Object.entries(kinds).map(([name, make]) => [
      name,
      rounded(nanosEach(compiled, make, name.startsWith('drift')), 0),
    ]),
  ),
  document: {
    bytes: bytes.length,
    readMillis: { first: Number(coldRead.toFixed(2)), ...rounded(warmRead, 2) },
    compileMillis: { first: Number(coldCompile.toFixed(2)), ...rounded(warmCompile, 2) },
  },
};
process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
