import type { ContainerEvent as RuntimeEvent } from '../containers/index.ts';
import type { Digest } from '../oci/index.ts';
import {
  type CapabilityEvent,
  type Clock,
  type ContainerEvent,
  clockOf,
  type GapEvent,
  type Heartbeat,
  type Hello,
  rfc3339,
  type SensorEvent,
} from '../sensor/index.ts';
import type { AgentOptions } from './agent-options.ts';
import { Claims } from './claims.ts';
import type { WatchedContainer } from './container.ts';
import { gapOf, storeGap } from './gaps.ts';
import { HashBook } from './hashes.ts';
import { lastAlive } from './history.ts';
import { Images } from './images.ts';
import { monotonic, now } from './now.ts';
import { lacking, openingEntry } from './opening.ts';
import { Proofs } from './proofs.ts';
import { pulse } from './pulse.ts';
import { Recorder } from './recorder.ts';
import { RuntimeLink, recordEndedMeanwhile } from './runtime-link.ts';
import { takeStep } from './runtime-step.ts';
import { ContainerTable } from './table.ts';
import { Teller } from './teller.ts';
import { Writing } from './writing.ts';

/** So long a cgroup waits for containerd's word on it; then it is another containerd's. */
const unclaimedMillis = 15_000;
/** A container's late hashes are waited for so long after its end. */
const lingerMillis = 20_000;
/** Agents that are alive say so in the store at least this often. */
const aliveMillis = 30_000;

/**
 * Holds everything together: routes events to their container, has written what came of them, and only then told. Time
 * comes from the sensor; `tick` is called about once a second.
 */
export class Agent {
  private readonly options: AgentOptions;
  private readonly table = new ContainerTable();
  private readonly hashes = new HashBook();
  private readonly recorder: Recorder;
  private readonly teller: Teller;
  private readonly claims: Claims;
  private readonly proofs: Proofs;
  private readonly link = new RuntimeLink();
  private readonly writing: Writing;
  private readonly before: string | undefined;
  private readonly shown: CapabilityEvent[] = [];
  private clock: Clock = { realtimeOffset: 0n };
  private hello: Hello | undefined;
  private started = false;
  private frames = 0;
  private lastAliveAt = 0;

  constructor(options: AgentOptions) {
    const { ledger, emit, conclude } = options;
    this.options = options;
    this.before = lastAlive(ledger);
    this.recorder = new Recorder(ledger, {
      onFailure: (error) => this.notice(error.code, `${error.message}; watching goes on, entries wait in memory`),
      onRecovery: (lost) => this.storeBack(lost),
    });
    const { recorder, table, hashes } = this;
    const images = new Images({ ledger, recorder, read: options.readImage, emit, now });
    this.proofs = new Proofs({
      provenance: options.provenance,
      behaviour: options.behaviour,
      recheckMillis: options.recheckMillis,
      signal: options.signal,
      containers: () => table.byCgid.values(),
      ledger,
      recorder,
      touch: (container) => this.writing.touch(container),
    });
    const provenance = (manifest: Digest | undefined) => this.proofs.of(manifest);
    this.teller = new Teller({ ledger, recorder, images, emit, conclude, provenance });
    this.writing = new Writing(
      () => table.byCgid.values(),
      (container) => this.teller.flush(container),
    );
    const timeOf = (boot: bigint): string => rfc3339(this.clock, boot);
    this.claims = new Claims({
      ledger,
      table,
      images,
      teller: this.teller,
      mayBeSigned: options.provenance !== undefined,
      host: {
        hashes,
        now: monotonic,
        timeOf,
        later: (ms, action) => this.later(ms, action),
        behaviour: options.behaviour,
        observe: options.observe,
      },
      emit,
      replay: (event) => this.route(event),
      end: (container) => this.end(container),
      touched: (container) => this.writing.touch(container),
      before: this.before,
      started: () => (this.hello === undefined ? now() : timeOf(this.hello.started)),
    });
  }

  sensor(batch: readonly SensorEvent[]): void {
    this.frames += batch.length;
    for (const event of batch) this.route(event);
  }

  runtime(event: RuntimeEvent): void {
    switch (event.type) {
      case 'connected':
        this.connected(event.time);
        return;
      case 'disconnected':
        this.link.lost(event.time);
        this.notice('containerd-away', event.reason);
        return;
      case 'container':
      case 'started':
      case 'exited':
      case 'removed':
        takeStep(event, this.table, this.claims);
        return;
      case 'task-created':
      case 'exec-started':
      case 'exec-exited':
      case 'oom':
      case 'image':
        return;
    }
  }

  notice(code: string, message: string): void {
    this.options.emit({ type: 'notice', time: now(), code, message });
  }

  /** About once a second. */
  tick(): void {
    const at = monotonic();
    this.hashes.expire(at);
    // Without containerd nobody can say whose a cgroup is: it waits.
    const patience = this.link.isAway ? Number.POSITIVE_INFINITY : unclaimedMillis;
    for (const one of this.table.expire(at, patience))
      this.notice('container-of-another-runtime', `${one.display} is not known to this containerd; it is not watched`);
    for (const { meta, cgid } of this.table.takeUnseen(at, patience)) this.claims.unseen(meta, cgid);
    this.proofs.tick();
    for (const container of this.table.byCgid.values()) {
      this.writing.touch(container);
      const { goneAt } = container;
      if (goneAt !== undefined && (container.settled || at - goneAt > lingerMillis)) this.end(container);
    }
    this.writing.now();
    if (!this.started || at - this.lastAliveAt < aliveMillis) return;
    this.lastAliveAt = at;
    this.recorder.record({ kind: 'coverage', time: now(), subjects: [], body: { container: null, gaps: [] } });
  }

  /** Writes what waits and says that watching ended on purpose. Returns how many entries could not be written. */
  async stop(): Promise<number> {
    this.writing.stop();
    if (this.started)
      this.recorder.record({ kind: 'agent-stopped', time: now(), subjects: [], body: { reason: 'asked' } });
    return await this.recorder.close();
  }

  private route(event: SensorEvent): void {
    switch (event.type) {
      case 'hello':
        this.clock = clockOf(event);
        this.hello = event;
        this.shown.length = 0;
        this.table.sensorBegins();
        return;
      case 'capability':
        this.shown.push(event);
        return;
      case 'heartbeat':
        this.heartbeat(event);
        return;
      case 'container':
        this.begin();
        this.containerEvent(event);
        return;
      case 'gap':
        this.gap(event);
        return;
      case 'file-hash':
        this.hashes.deliver(event, monotonic());
        this.writing.soon();
        return;
      case 'exec':
      case 'open':
      case 'mapping':
      case 'connection':
      case 'count': {
        const container = this.table.byCgid.get(event.container);
        if (container === undefined) this.table.hold(event);
        else {
          container.take(event);
          this.writing.touch(container);
        }
        return;
      }
      case 'fork':
      case 'exit':
      case 'stats':
      case 'undecodable':
        return;
    }
  }

  /** The first entry, once all capabilities were told: before anything else is written. */
  private begin(): void {
    if (this.started || this.hello === undefined) return;
    this.started = true;
    this.recorder.record(openingEntry(now(), this.options.version, this.hello, this.shown));
    this.notice('watching', `the sensor is ready (${this.hello.version}, Linux ${this.hello.kernel})`);
    for (const gap of lacking(rfc3339(this.clock, this.hello.time), this.shown)) this.teller.gapOfAll(gap);
  }

  private heartbeat(event: Heartbeat): void {
    this.begin();
    // It names all that are there before its first heartbeat: the others ended while there was no sensor.
    const began = this.hello?.started ?? event.time;
    for (const container of this.table.takeUnnamed(began)) {
      container.goneAt ??= monotonic();
      container.ended ??= rfc3339(this.clock, began);
    }
    const state = { waiting: this.recorder.waiting + this.hashes.pending, containers: this.table.byCgid.size };
    this.options.emit(pulse(event, { ...state, time: rfc3339(this.clock, event.time), frames: this.frames }));
  }

  private containerEvent(event: ContainerEvent): void {
    this.table.named(event.container);
    const container = this.table.byCgid.get(event.container);
    if (container === undefined) {
      const meta = this.table.seen(event, monotonic());
      if (event.state === 'gone') this.table.hold(event);
      if (meta !== undefined) this.claims.begin(meta, event);
    } else if (event.state === 'gone') {
      container.goneAt ??= monotonic();
      container.ended ??= rfc3339(this.clock, event.time);
    }
  }

  private gap(event: GapEvent): void {
    // What was there before the sensor is told apart when it is claimed: older than Holdfast, or known from before.
    if (event.cause === 'older') return;
    const gap = gapOf(event, (boot) => rfc3339(this.clock, boot));
    const container = this.table.byCgid.get(event.container);
    if (event.container === 0n) {
      this.teller.gapOfAll(gap);
      for (const one of this.table.byCgid.values()) this.writing.touch(one);
    } else if (container === undefined) this.table.hold(event);
    else {
      this.teller.gapOf(container, gap);
      this.writing.touch(container);
    }
  }

  private connected(time: string): void {
    const gap = this.link.back(time);
    if (gap !== undefined) this.teller.gapOfAll(gap);
    if (this.before !== undefined) recordEndedMeanwhile(this.options.ledger, this.recorder, this.table.displays);
  }

  private end(container: WatchedContainer): void {
    this.teller.flush(container);
    const time = container.ended ?? now();
    const { display, image = null, exitCode: code = null } = container;
    const details = { container: display, code };
    this.teller.record(container, 'container-ended', time, details, () => {
      this.options.emit({ type: 'container', time, state: 'ended', container: display, image, details });
    });
    this.table.forget(container.cgid);
    this.teller.forget(container);
    this.writing.forget(container);
  }

  private storeBack(count: number): void {
    this.notice('store-back', `the store takes entries again; ${count === 0 ? 'none' : count} were lost`);
    if (count > 0) this.teller.gapOfAll(storeGap(now(), count));
  }

  /** After what came by then was read: a loop that is late runs its timers before it reads. */
  private later(millis: number, action: () => void): void {
    const act = (): void => {
      action();
      this.writing.soon();
    };
    setTimeout(() => setImmediate(act), millis).unref();
  }
}
