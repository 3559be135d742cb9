import type { Container } from '../containers/index.ts';
import type { Digest } from '../oci/index.ts';
import type { ConnectionEvent, CountEvent, ExecEvent, MappingEvent, OpenEvent, ProcessRef } from '../sensor/index.ts';
import type { Behaviour } from './behaviour/behaviour.ts';
import { startOf } from './behaviour/observation.ts';
import type { ContainerHost } from './container-host.ts';
import { Contents } from './contents.ts';
import { type CoverageGap, coverageOf } from './coverage.ts';
import { Deeds } from './deeds.ts';
import type { ContainerState } from './events.ts';
import type { FileMemory } from './file-memory.ts';
import { sameFile } from './hashes.ts';
import type { Remembered } from './history.ts';
import { isModule } from './interpreters.ts';
import type { Judged } from './judged.ts';
import { type Lasting, nothingYet } from './lasting.ts';
import type { ProcessInfo } from './model.ts';
import { OpenedForExec, orderMillis } from './opened.ts';
import { execPath, mappingPath, withoutDeleted } from './paths.ts';
import { Programs } from './programs.ts';
import type { ProvenanceState } from './provenance.ts';
import { isRuntime, isUserLookup } from './runtime.ts';
import { anonymousMemory, connectionSeen, Seen } from './seen.ts';
import { keyText, type Sighting } from './sighting.ts';

/**
 * One container: from the sensor's events to judged files. Events come in any order that a kernel can produce; nothing
 * here does I/O but through the manifest's point queries.
 */
export class WatchedContainer {
  readonly namespace: string;
  readonly id: string;
  /** `namespace/id`. */
  readonly display: string;
  readonly cgid: bigint;
  readonly judged: Judged;
  /** Undefined: no policy, no profile. */
  readonly behaviour: Behaviour | undefined;
  readonly seen = new Seen();
  readonly gaps: CoverageGap[] = [];
  meta: Container;
  image: Digest | undefined;
  ambiguous = false;
  older = false;
  /** RFC 3339 UTC: coverage begins here. */
  since: string;
  ended: string | undefined;
  /** Monotonic: when the sensor told that it is gone. */
  goneAt: number | undefined;
  /** Of its first process. */
  exitCode: number | undefined;
  readonly contents = new Contents();
  private readonly host: ContainerHost;
  private readonly programs = new Programs();
  private readonly opened: OpenedForExec;
  private readonly deeds: Deeds;
  readonly lasting: Lasting;
  readonly known: FileMemory;
  private unhashed = 0;
  private firstExec: bigint | undefined;
  /** Its first process. */
  private entry: number | undefined;

  constructor(host: ContainerHost, meta: Container, cgid: bigint, since: string, former?: Lasting) {
    this.lasting = former ?? nothingYet(meta, host.behaviour);
    this.known = this.lasting.files;
    this.judged = this.lasting.judged;
    this.behaviour = this.lasting.behaviour;
    this.host = host;
    this.namespace = meta.namespace;
    this.id = meta.id;
    this.display = `${meta.namespace}/${meta.id}`;
    this.meta = meta;
    this.cgid = cgid;
    this.since = since;
    this.deeds = new Deeds(this, host.observe && ((one) => host.observe?.(this, one)));
    this.opened = new OpenedForExec({
      programs: this.programs,
      known: this.known,
      later: (millis, action) => host.later(millis, action),
      sight: (open, ran, who) => this.sightOpened(open, ran, who),
    });
  }

  take(event: ExecEvent | OpenEvent | MappingEvent | ConnectionEvent | CountEvent): void {
    switch (event.type) {
      case 'exec':
        return this.exec(event);
      case 'open':
        return this.open(event);
      case 'mapping':
        return this.mapping(event);
      case 'connection':
        return this.connection(event);
      case 'count':
        return this.count(event);
    }
  }

  get hasNews(): boolean {
    return this.seen.some || this.hasFindings;
  }

  /** Its news can't wait to be written: a finding, or more than should lie in memory. */
  get isUrgent(): boolean {
    return this.hasFindings || this.seen.isMuch;
  }

  private get hasFindings(): boolean {
    return this.judged.hasFindings || this.behaviour?.hasFindings === true;
  }

  private exec(event: ExecEvent): void {
    const runtime = isRuntime(event);
    const opened = this.opened.takeOf(event.self.pid);
    const program = opened.find((open) => sameFile(open.file, event.file));
    const path = execPath(event, program?.path ?? this.known.nameOf(event.file));
    this.programs.add(event, path, runtime);
    if (!runtime) {
      // Of this program and user the kernel no longer tells other arguments, parents or capabilities.
      if (event.flags.coarse) this.behaviour?.missed();
      if (this.firstExec === undefined) this.deeds.begin(event.self.pid);
      this.firstExec ??= event.time;
      if (!this.older) this.entry ??= event.self.pid;
      this.executed(event, path);
      for (const open of opened) this.opened.explain(open, event);
    }
    this.programs.release(event.key);
  }

  private open(event: OpenEvent): void {
    this.known.named(event.file, event.path);
    switch (event.kind) {
      case 'exec':
        if (!event.flags.outside) this.opened.take(event);
        return;
      case 'read':
        if (event.flags.outside || (!this.older && !this.opened.any && isUserLookup(event.path))) return;
        this.attributed(event.who, event.time, () => this.read(event));
        return;
      case 'written':
        this.attributed(event.who, event.time, () => this.written(event));
        return;
    }
  }

  private mapping(event: MappingEvent): void {
    if (!event.flags.hostMountNamespace) this.attributed(event.who, event.time, () => this.mapped(event));
  }

  private connection(event: ConnectionEvent): void {
    this.attributed(event.who, event.time, () => {
      const process = this.programs.describeAt(event.who, event.time);
      this.deeds.connected(connectionSeen(event, this.host.timeOf(event.time), process));
    });
  }

  private count({ kind, key: bits, count, last: boot }: CountEvent): void {
    const [key, last] = [keyText(bits), this.host.timeOf(boot)];
    this.seen.counts.push({ kind, key, count, last });
    this.behaviour?.again(`${kind} ${key}`, last);
  }

  /** What an earlier agent knew of it. */
  resume(known: Remembered): void {
    this.since = known.since;
    this.older = known.older;
    this.gaps.push(...known.gaps);
    this.judged.resume(known);
    this.behaviour?.resume(known.drifts);
  }

  /** Nothing of it waits any more. */
  get settled(): boolean {
    return this.unhashed + this.contents.pending + this.opened.size + this.programs.pending === 0;
  }

  /** `everybody`: gaps of all containers that ran then. */
  state(now: string, everybody: readonly CoverageGap[], provenance: ProvenanceState): ContainerState {
    const { manifest } = this.contents;
    const image = typeof manifest === 'string' ? manifest : this.ambiguous ? 'ambiguous' : 'ready';
    return {
      container: this.display,
      image: this.image ?? null,
      identity: { findings: [...this.judged.findingIds], unknown: this.judged.unknown, image },
      behaviour: this.behaviour?.state ?? { state: 'not-checked' },
      provenance,
      coverage: coverageOf(this.since, this.ended ?? now, [...this.gaps, ...everybody]),
    };
  }

  /** Runs `action` when it is known which program did it; what the container's runtime does is left out. */
  private attributed(who: ProcessRef, time: bigint, action: () => void): void {
    const run = (): void => {
      const program = this.programs.get(who.program);
      // Before the container's own first program only its runtime can have acted in its cgroup.
      const runtime = program?.runtime ?? (!this.older && (this.firstExec === undefined || time < this.firstExec));
      if (!runtime) action();
    };
    if (this.programs.get(who.program) !== undefined || !this.programs.whenKnown(who.program, run)) run();
    else this.host.later(orderMillis, () => this.programs.release(who.program));
  }

  private executed(event: ExecEvent, path: string): void {
    const process = this.programs.describe({ ...event.self, program: event.key });
    const time = this.host.timeOf(event.time);
    if (event.flags.hostMountNamespace) {
      this.judged.escape(process, path, time, this.image);
      return;
    }
    this.known.executed(event.file);
    const { file, key } = event;
    const { snapshot } = event.flags;
    const parent = this.programs.maker(event.ancestors[0], event.self.start);
    const start = startOf(event, parent, this.entry);
    this.sight({ use: 'executed', ran: 'exec', path, file, time, key: keyText(key), snapshot, process, start });
  }

  private sightOpened(open: OpenEvent, ran: Sighting['ran'], who: ProcessRef): void {
    const path = withoutDeleted(open.path);
    if (ran === 'exec') this.known.executed(open.file);
    const use = ran === 'library' ? 'mapped' : 'executed';
    const time = this.host.timeOf(open.time);
    this.sight({ use, ran, path, file: open.file, time, snapshot: false, process: this.programs.describe(who) });
  }

  private mapped(event: MappingEvent): void {
    const { file } = event;
    const time = this.host.timeOf(event.time);
    const path = mappingPath(event);
    const key = keyText(event.key);
    const { snapshot } = event.flags;
    if (file === undefined) {
      const process = this.programs.describeAt(event.who, event.time);
      this.deeds.saw(anonymousMemory(path, time, key, snapshot, process), () => process);
      return;
    }
    this.programs.maps(event.who.program, path);
    const map = (): void => {
      const process = this.programs.describeAt(event.who, event.time);
      const ran = this.known.wasExecuted(file) ? 'exec' : 'library';
      this.sight({ use: 'mapped', ran, path, file, time, key, snapshot, process });
    };
    if (file.place === 'lower' || this.known.wasExecuted(file)) map();
    // The kernel maps a program before it says that it runs it.
    else this.after(orderMillis, map);
  }

  private after(millis: number, action: () => void): void {
    this.unhashed++;
    this.host.later(millis, () => {
      this.unhashed--;
      action();
    });
  }

  private read(event: OpenEvent, late = false): void {
    const path = withoutDeleted(event.path);
    const time = this.host.timeOf(event.time);
    if (this.programs.loads(event.who.program, path)) {
      const process = this.programs.describeAt(event.who, event.time);
      this.sight({ use: 'loaded', ran: 'script', path, file: event.file, time, snapshot: false, process });
      return;
    }
    // That a program has an interpreter in it may be told after what it reads.
    if (!late && isModule(path)) return this.after(orderMillis, () => this.read(event, true));
    this.contents.whenKnown((manifest) => {
      const process = (): ProcessInfo => this.programs.describeAt(event.who, event.time);
      this.deeds.saw(this.judged.read(event, path, time, manifest), process, typeof manifest === 'string');
    });
  }

  /** A file that ran and is written in place is judged again, with its new bytes. One put in its place is, when it runs. */
  private written(event: OpenEvent): void {
    const path = withoutDeleted(event.path);
    const time = this.host.timeOf(event.time);
    this.known.written(event.file, this.programs.loads(event.who.program, '.pyc'));
    const before = this.judged.ranAs(path, event.file);
    const process = this.programs.describeAt(event.who, event.time);
    const seen = this.judged.written(event, path, time);
    if (before === undefined) return this.deeds.saw(seen, () => process);
    this.deeds.wrote(seen, () => process);
    this.sight({ use: 'written', ran: before, path, file: event.file, time, snapshot: false, process });
  }

  private sight(sighting: Sighting): void {
    this.unhashed++;
    this.host.hashes.ask(sighting.file, this.host.now(), (content) => {
      this.unhashed--;
      this.contents.whenKnown((manifest) => {
        const compiled = this.known.wasCompiled(sighting.file);
        const seen = this.judged.file(sighting, content, manifest, this.image, compiled);
        // A program's own text is mapped too: what it is was said when it was executed.
        if (sighting.use === 'mapped' && sighting.ran === 'exec') this.seen.files.push(seen);
        else this.deeds.saw(seen, () => sighting.process, false, sighting.start);
      });
    });
  }
}
