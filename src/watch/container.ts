import type { Container } from '../containers/index.ts';
import type { Digest } from '../oci/index.ts';
import type { ConnectionEvent, CountEvent, ExecEvent, MappingEvent, OpenEvent, ProcessRef } from '../sensor/index.ts';
import type { FileSeen, NetworkSeen, RbomRevisionBody } from './bodies.ts';
import type { CoverageGap } from './coverage.ts';
import { coverageOf } from './coverage.ts';
import type { ContainerState } from './events.ts';
import type { HashBook } from './hashes.ts';
import { sameFile } from './hashes.ts';
import type { Remembered } from './history.ts';
import { loads, looksLikeScript } from './interpreters.ts';
import { Judged } from './judged.ts';
import type { Manifest, MissingManifest, ProcessInfo } from './model.ts';
import { OpenedForExec, openedAs } from './opened.ts';
import { execPath, isLoader, mappingPath, withoutDeleted } from './paths.ts';
import { Programs } from './programs.ts';
import { isRuntime } from './runtime.ts';
import { keyText, type Sighting } from './sighting.ts';

/** What one container needs of the agent. */
export interface ContainerHost {
  readonly hashes: HashBook;
  /** Monotonic milliseconds. */
  now(): number;
  timeOf(boot: bigint): string;
  later(millis: number, action: () => void): void;
}

/** How long an open waits for the exec that says what it was. */
const classifyMillis = 80;
/** Sightings that wait for the image's contents. */
const waitingMax = 4096;
const namesMax = 4096;
const processesMax = 1024;

/**
 * One container: from the sensor's events to judged files. Events come in any order that a kernel can produce; nothing
 * here does I/O but through the manifest's point queries.
 */
export class WatchedContainer {
  readonly namespace: string;
  readonly id: string;
  /** `namespace/id`. */
  readonly display: string;
  readonly judged: Judged;
  cgid: bigint;
  meta: Container;
  image: Digest | undefined;
  manifest: Manifest | 'reading' | MissingManifest = 'reading';
  ambiguous = false;
  older = false;
  /** RFC 3339 UTC: coverage begins here. */
  since: string;
  ended: string | undefined;
  /** Monotonic: when the sensor told that it is gone. */
  goneAt: number | undefined;
  readonly gaps: CoverageGap[] = [];
  private readonly host: ContainerHost;
  private readonly programs = new Programs();
  private readonly opened = new OpenedForExec();
  private readonly names = new Map<string, string>();
  private readonly scripts = new Set<string>();
  private readonly ancestors = new Map<number, { readonly start: bigint; readonly list: readonly ProcessRef[] }>();
  private readonly executables: ExecEvent['file'][] = [];
  private readonly waiting: { readonly sighting: Sighting; readonly content: Parameters<Judged['file']>[1] }[] = [];
  private unsettled = 0;
  private files: FileSeen[] = [];
  private network: NetworkSeen[] = [];
  private counts: RbomRevisionBody['counts'][number][] = [];

  constructor(host: ContainerHost, meta: Container, cgid: bigint, since: string) {
    this.host = host;
    this.namespace = meta.namespace;
    this.id = meta.id;
    this.display = `${meta.namespace}/${meta.id}`;
    this.meta = meta;
    this.cgid = cgid;
    this.since = since;
    this.judged = new Judged(this.display, meta.created);
  }

  exec(event: ExecEvent): void {
    const runtime = isRuntime(event);
    const opened = this.opened.take(event.self.pid);
    const program = opened.find((open) => sameFile(open.file, event.file));
    const path = execPath(event, program?.path ?? this.names.get(nameKey(event.file)));
    this.programs.add(event, path, runtime);
    if (runtime) return;
    this.rememberAncestors(event);
    const process = this.programs.describe({ ...event.self, program: event.key }, event.ancestors);
    const time = this.host.timeOf(event.time);
    const snapshot = event.flags.snapshot;
    if (event.flags.hostMountNamespace) {
      this.judged.escape(process, path, time, this.image);
      return;
    }
    this.rememberExecutable(event.file);
    this.sight({
      use: 'executed',
      ran: 'exec',
      path,
      file: event.file,
      time,
      key: keyText(event.key),
      snapshot,
      process,
    });
    for (const open of opened) {
      const as = openedAs(open, event);
      if (as === 'script') this.openedFile(open, 'script', process);
      if (as === 'loader') this.openedFile(open, 'library', process);
    }
  }

  open(event: OpenEvent): void {
    if (this.names.size < namesMax) this.names.set(nameKey(event.file), event.path);
    switch (event.kind) {
      case 'exec':
        if (event.flags.outside || this.ofRuntime(event.who)) return;
        if (this.opened.add(event)) this.host.later(classifyMillis, () => this.openedAlone(event.who.pid));
        return;
      case 'read':
        if (event.flags.outside) return;
        this.read(event);
        return;
      case 'written':
        this.written(event);
        return;
    }
  }

  mapping(event: MappingEvent): void {
    if (event.flags.hostMountNamespace || this.ofRuntime(event.who)) return;
    const time = this.host.timeOf(event.time);
    const process = this.describe(event.who);
    const path = mappingPath(event);
    const key = keyText(event.key);
    const { snapshot } = event.flags;
    if (event.file === undefined) {
      this.files.push(anonymous(path, time, key, snapshot, process));
      return;
    }
    const { file } = event;
    // A program's own text is mapped too: what it is was said when it was executed.
    const ran = this.executables.some((one) => sameFile(one, file)) ? 'exec' : 'library';
    this.sight({ use: 'mapped', ran, path, file, time, key, snapshot, process });
  }

  connection(event: ConnectionEvent): void {
    if (this.ofRuntime(event.who)) return;
    const { op: use, address, port, protocol, mapped } = event;
    const time = this.host.timeOf(event.time);
    const process = this.describe(event.who);
    this.network.push({ use, time, address, port, protocol, mapped, key: keyText(event.key), process });
  }

  count(event: CountEvent): void {
    const last = this.host.timeOf(event.last);
    this.counts.push({ kind: event.kind, key: keyText(event.key), count: event.count, last });
  }

  /** The image's contents are there, or never will be: what waited is judged. */
  settleManifest(manifest: Manifest | MissingManifest): void {
    this.manifest = manifest;
    for (const { sighting, content } of this.waiting.splice(0)) this.conclude(sighting, content);
  }

  /** What was seen since the last call, to be written and shown. */
  takeSeen(): {
    readonly files: readonly FileSeen[];
    readonly network: readonly NetworkSeen[];
    readonly counts: RbomRevisionBody['counts'];
  } {
    const seen = { files: this.files, network: this.network, counts: this.counts };
    this.files = [];
    this.network = [];
    this.counts = [];
    return seen;
  }

  /** What an earlier agent knew of it. */
  resume(known: Remembered): void {
    this.since = known.since;
    this.older = known.older;
    this.gaps.push(...known.gaps);
    this.judged.resume(known);
  }

  /** Nothing of it waits any more. */
  get settled(): boolean {
    return this.unsettled === 0 && this.waiting.length === 0 && this.opened.size === 0;
  }

  /** `everybody`: gaps of all containers that ran then. */
  state(now: string, everybody: readonly CoverageGap[]): ContainerState {
    const manifest = this.manifest;
    const image = typeof manifest === 'string' ? manifest : this.ambiguous ? 'ambiguous' : 'ready';
    return {
      container: this.display,
      image: this.image ?? null,
      identity: { findings: [...this.judged.findingIds], unknown: this.judged.unknown, image },
      coverage: coverageOf(this.since, this.ended ?? now, [...this.gaps, ...everybody]),
    };
  }

  private sight(sighting: Sighting): void {
    this.unsettled++;
    this.host.hashes.ask(sighting.file, this.host.now(), (content) => {
      this.unsettled--;
      if (this.manifest !== 'reading') this.conclude(sighting, content);
      else if (this.waiting.length < waitingMax) this.waiting.push({ sighting, content });
      else this.files.push(this.judged.file(sighting, content, 'image-late', this.image));
    });
  }

  private conclude(sighting: Sighting, content: Parameters<Judged['file']>[1]): void {
    const manifest = this.manifest === 'reading' ? 'image-late' : this.manifest;
    this.files.push(this.judged.file(sighting, content, manifest, this.image));
  }

  private openedFile(open: OpenEvent, ran: Sighting['ran'], process: ProcessInfo): void {
    const path = withoutDeleted(open.path);
    if (ran === 'script') this.scripts.add(path);
    const use = ran === 'library' ? 'mapped' : 'executed';
    const time = this.host.timeOf(open.time);
    this.sight({ use, ran, path, file: open.file, time, snapshot: false, process });
  }

  /** No new exec came: a known one ran again, of which at least one file is new. */
  private openedAlone(pid: number): void {
    for (const open of this.opened.take(pid)) {
      const path = withoutDeleted(open.path);
      const script = this.scripts.has(path) || looksLikeScript(path);
      const ran = isLoader(path) ? 'library' : script ? 'script' : 'exec';
      if (ran === 'exec') this.rememberExecutable(open.file);
      this.openedFile(open, ran, this.describe(open.who));
    }
  }

  private read(event: OpenEvent): void {
    if (this.ofRuntime(event.who)) return;
    const path = withoutDeleted(event.path);
    const program = this.programs.get(event.who.program);
    if (program === undefined && looksLikeScript(path) && event.who.program !== 0n) {
      // Its exec may still be on the way through the other queue.
      this.unsettled++;
      this.host.later(classifyMillis, () => {
        this.unsettled--;
        this.readBy(event, path);
      });
      return;
    }
    this.readBy(event, path);
  }

  private readBy(event: OpenEvent, path: string): void {
    const program = this.programs.get(event.who.program);
    const time = this.host.timeOf(event.time);
    if (program !== undefined && loads(program.path, path)) {
      const process = this.describe(event.who);
      this.sight({ use: 'loaded', ran: 'script', path, file: event.file, time, snapshot: false, process });
      return;
    }
    if (typeof this.manifest !== 'string') this.files.push(this.judged.read(event, path, time, this.manifest));
    else this.files.push(this.judged.read(event, path, time, undefined));
  }

  /** What ran before and was written now is judged again, with its new bytes. */
  private written(event: OpenEvent): void {
    const path = withoutDeleted(event.path);
    const time = this.host.timeOf(event.time);
    const before = this.judged.ranAs(path);
    if (before === undefined) {
      this.files.push(this.judged.written(event, path, time));
      return;
    }
    const process = this.describe(event.who);
    this.sight({ use: 'written', ran: before, path, file: event.file, time, snapshot: false, process });
  }

  private describe(who: ProcessRef): ProcessInfo {
    const known = this.ancestors.get(who.pid);
    return this.programs.describe(who, known !== undefined && known.start === who.start ? known.list : []);
  }

  private ofRuntime(who: ProcessRef): boolean {
    return this.programs.get(who.program)?.runtime === true;
  }

  private rememberAncestors(event: ExecEvent): void {
    this.ancestors.delete(event.self.pid);
    this.ancestors.set(event.self.pid, { start: event.self.start, list: event.ancestors });
    if (this.ancestors.size > processesMax) {
      const oldest = this.ancestors.keys().next();
      if (oldest.done !== true) this.ancestors.delete(oldest.value);
    }
  }

  private rememberExecutable(file: ExecEvent['file']): void {
    if (this.executables.some((one) => sameFile(one, file))) return;
    this.executables.push(file);
    if (this.executables.length > processesMax) this.executables.shift();
  }
}

function nameKey(file: ExecEvent['file']): string {
  return `${file.dev}:${file.ino}`;
}

function anonymous(path: string, time: string, key: string, snapshot: boolean, process: ProcessInfo): FileSeen {
  const none = { sha256: null, size: null, package: null, layer: null };
  return {
    use: 'mapped',
    time,
    path,
    ...none,
    verdict: 'none',
    how: 'anonymous',
    from: 'unknown',
    key,
    snapshot,
    process,
  };
}
