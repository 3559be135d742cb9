import type { Container } from '../../src/containers/index.ts';
import type { ExecEvent, FileHashEvent, FileVersion, MappingEvent, OpenEvent } from '../../src/sensor/index.ts';
import { WatchedContainer } from '../../src/watch/container.ts';
import type { ContainerHost } from '../../src/watch/container-host.ts';
import { HashBook } from '../../src/watch/hashes.ts';
import type { Manifest, ManifestFile } from '../../src/watch/model.ts';

/** Events as the decoder gives them, and a container with a clock that the test turns. */

const flags = { snapshot: false, hostMountNamespace: false, outside: false, coarse: false, truncated: false };
const common = { seq: 0n, container: 9n, containerSeq: 0, flags };

export function file(ino: number, more: Partial<FileVersion> = {}): FileVersion {
  const numbers = { dev: 1n, ino: BigInt(ino), ctime: 1n, gen: 1, mode: 0o100755 };
  return { ...numbers, place: 'lower', unlinked: false, noCtime: false, noGen: false, ...more };
}

export interface Who {
  readonly pid: number;
  readonly program: bigint;
}

const who = ({ pid, program }: Who) => ({ start: BigInt(pid), program, pid, uid: 0 });

export function exec(
  at: number,
  pid: number,
  key: bigint,
  version: FileVersion,
  path: string,
  more: Partial<ExecEvent> = {},
): ExecEvent {
  return {
    ...common,
    type: 'exec',
    time: BigInt(at) * 1_000_000n,
    self: who({ pid, program: key }),
    ancestors: [],
    file: version,
    key,
    capabilities: 0n,
    gid: 0,
    argc: 1,
    filename: path,
    interpreter: path,
    path,
    comm: '',
    argv: [path],
    ...more,
  };
}

export function open(at: number, by: Who, version: FileVersion, path: string, kind: OpenEvent['kind']): OpenEvent {
  return { ...common, type: 'open', time: BigInt(at) * 1_000_000n, who: who(by), file: version, size: 1, kind, path };
}

export function mapping(at: number, by: Who, version: FileVersion | undefined, path: string): MappingEvent {
  return {
    ...common,
    type: 'mapping',
    time: BigInt(at) * 1_000_000n,
    who: who(by),
    ...(version === undefined ? {} : { file: version }),
    key: 1n,
    address: 0n,
    length: 1,
    offset: 0,
    protection: 5,
    mapFlags: 0,
    path,
  };
}

export function hash(version: FileVersion, sha256: string): FileHashEvent {
  const rest = { time: 0n, size: 1, micros: 0, path: '', detail: '' };
  return { ...common, ...rest, type: 'file-hash', file: version, status: 'ok', sha256 };
}

/** Files of the image: path → sha256. */
export function manifestOf(files: Readonly<Record<string, string>>): Manifest {
  const all: ManifestFile[] = Object.entries(files).map(([path, sha256]) => ({ path, sha256, size: 1, layer: 0 }));
  return {
    byPath: (path) => all.find((one) => one.path === path),
    byContent: (sha256) => all.find((one) => one.sha256 === sha256),
  };
}

export class Bench {
  readonly hashes = new HashBook();
  readonly container: WatchedContainer;
  private at = 0;
  private timers: { readonly due: number; readonly action: () => void }[] = [];

  /** `given`: of the host, besides; `former`: it is the next life of that one. */
  constructor(given: Partial<ContainerHost> = {}, former?: WatchedContainer) {
    const host: ContainerHost = {
      hashes: this.hashes,
      now: () => this.at,
      timeOf: (boot) => new Date(Number(boot / 1_000_000n)).toISOString(),
      later: (millis, action) => {
        this.timers.push({ due: this.at + millis, action });
      },
      ...given,
    };
    const meta: Container = {
      namespace: 'default',
      id: 'x',
      name: 'x',
      image: { name: 'x', named: 'manifest', confirmed: true },
      labels: {},
      created: '2026-11-24T00:00:00.000Z',
      kind: 'container',
      complete: true,
    };
    this.container = new WatchedContainer(host, meta, 9n, '2026-11-24T00:00:00.000Z', former?.lasting);
  }

  /** Lets time pass, and what was put off happen. */
  pass(millis: number): void {
    this.at += millis;
    const due = this.timers.filter((one) => one.due <= this.at);
    this.timers = this.timers.filter((one) => one.due > this.at);
    for (const one of due) one.action();
    this.hashes.expire(this.at);
  }

  /** What was seen so far, as `use path how`. */
  seen(): readonly string[] {
    return this.container.seen.take().files.map((one) => `${one.use} ${one.path} ${one.how}`);
  }

  findings(): readonly string[] {
    return this.container.judged.takeFindings().map((one) => `${one.code} ${one.file.path}`);
  }
}
