import type { Container, ContainerEvent as RuntimeEvent } from '../containers/index.ts';
import type { Json, Ledger } from '../ledger/index.ts';
import {
  type Clock,
  type ContainerEvent,
  capabilities,
  clockOf,
  type GapEvent,
  type Heartbeat,
  type Hello,
  isCapabilityName,
  rfc3339,
  type SensorEvent,
} from '../sensor/index.ts';
import { WatchedContainer } from './container.ts';
import { type CoverageGap, gapBody } from './coverage.ts';
import { containerSeenBody, entryOf, imageKeyOf, observations } from './entries.ts';
import type { ContainerState, WatchEvent } from './events.ts';
import { addGap, gapOf } from './gaps.ts';
import { HashBook } from './hashes.ts';
import { lastAlive, remember, runningBefore } from './history.ts';
import { type ImageReader, Images } from './images.ts';
import { Recorder } from './recorder.ts';
import { ContainerTable } from './table.ts';

export interface AgentOptions {
  readonly ledger: Ledger;
  readonly version: string;
  readonly readImage: ImageReader;
  readonly emit: (event: WatchEvent) => void;
  /** The verdict as evidence keeps it, computed from what the agent knows. */
  readonly conclude: (state: ContainerState) => { readonly word: string; readonly [name: string]: Json };
}

/** So long a cgroup waits for containerd's word on it; then it is another containerd's. */
const unclaimedMillis = 15_000;
/** A container's late hashes are waited for so long after its end. */
const lingerMillis = 20_000;
/** Agents that are alive say so in the store at least this often. */
const aliveMillis = 30_000;

/**
 * Holds everything together: routes events to their container, writes what came of them, and only then tells. Time comes
 * from the sensor; `tick` is called about once a second.
 */
export class Agent {
  private readonly options: AgentOptions;
  private readonly table = new ContainerTable();
  private readonly hashes = new HashBook();
  private readonly images: Images;
  private readonly recorder: Recorder;
  private readonly everybody: CoverageGap[] = [];
  private readonly words = new Map<WatchedContainer, string>();
  private readonly packages = new Map<WatchedContainer, string>();
  private readonly dirty = new Set<WatchedContainer>();
  private readonly before: string | undefined;
  private readonly caps: { name: string; state: SensorEvent & { type: 'capability' }; detail: string }[] = [];
  private clock: Clock = { realtimeOffset: BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint() };
  private hello: Hello | undefined;
  private started = false;
  private flushing = false;
  private frames = 0;
  private sensorRssKib = 0;
  private lastAliveAt = 0;
  private away: string | undefined;
  private stopped = false;

  constructor(options: AgentOptions) {
    this.options = options;
    this.before = lastAlive(options.ledger);
    this.recorder = new Recorder(options.ledger, {
      onFailure: (error) => this.notice(error.code, `${error.message}; watching goes on, entries wait in memory`),
      onRecovery: (lost) => this.storeBack(lost),
    });
    this.images = new Images({
      ledger: options.ledger,
      recorder: this.recorder,
      read: options.readImage,
      emit: options.emit,
      now: () => this.now(),
    });
  }

  sensor(batch: readonly SensorEvent[]): void {
    for (const event of batch) this.route(event);
    this.frames += batch.length;
    this.flushSoon();
  }

  notice(code: string, message: string): void {
    this.options.emit({ type: 'notice', time: this.now(), code, message });
  }

  runtime(event: RuntimeEvent): void {
    switch (event.type) {
      case 'connected':
        if (this.away !== undefined)
          this.gapOfAll({
            cause: 'containerd-away',
            from: this.away,
            to: event.time,
            repaired: true,
            detail: 'its lists were compared',
          });
        this.away = undefined;
        this.endedMeanwhile();
        return;
      case 'disconnected':
        this.away = event.time;
        this.gapOfAll({ cause: 'containerd-away', from: event.time, repaired: true, detail: event.reason });
        this.notice('containerd-away', event.reason);
        return;
      case 'container': {
        const unclaimed = this.table.described(event.container);
        const known = this.table.byDisplay(`${event.container.namespace}/${event.container.id}`);
        if (unclaimed !== undefined) this.claim(event.container, unclaimed.event);
        else if (known !== undefined) this.describedAgain(known, event.container);
        return;
      }
      case 'removed':
        this.table.removed(`${event.ref.namespace}/${event.ref.id}`, monotonic());
        return;
      case 'exited':
      case 'task-created':
      case 'started':
      case 'exec-started':
      case 'exec-exited':
      case 'oom':
      case 'image':
        return;
    }
  }

  /** About once a second. */
  tick(): void {
    const now = monotonic();
    this.hashes.expire(now);
    for (const one of this.table.expire(now, this.away === undefined ? unclaimedMillis : Number.POSITIVE_INFINITY))
      this.notice('container-of-another-runtime', `${one.display} is not known to this containerd; it is not watched`);
    for (const container of this.table.byCgid.values()) {
      this.dirty.add(container);
      if (container.goneAt !== undefined && (container.settled || now - container.goneAt > lingerMillis))
        this.end(container);
    }
    this.flush();
    if (this.started && now - this.lastAliveAt > aliveMillis) {
      this.lastAliveAt = now;
      this.recorder.record({ kind: 'coverage', time: this.now(), subjects: [], body: { container: null, gaps: [] } });
    }
  }

  /** Writes what waits and says that watching ended on purpose. Returns how many entries could not be written. */
  async stop(): Promise<number> {
    this.stopped = true;
    this.flush();
    if (this.started)
      this.recorder.record({ kind: 'agent-stopped', time: this.now(), subjects: [], body: { reason: 'asked' } });
    return await this.recorder.close();
  }

  get waiting(): number {
    return this.recorder.waiting + this.hashes.pending;
  }

  private now(): string {
    return new Date().toISOString();
  }

  private route(event: SensorEvent): void {
    switch (event.type) {
      case 'hello':
        this.clock = clockOf(event);
        this.hello = event;
        this.caps.length = 0;
        return;
      case 'capability':
        this.caps.push({ name: event.name, state: event, detail: event.detail });
        return;
      case 'heartbeat':
        this.heartbeat(event);
        return;
      case 'file-hash':
        this.hashes.deliver(event);
        for (const container of this.table.byCgid.values()) this.dirty.add(container);
        return;
      case 'container':
        this.begin();
        this.containerEvent(event);
        return;
      case 'gap':
        this.gap(event);
        return;
      case 'exec':
      case 'open':
      case 'mapping':
      case 'connection':
      case 'count': {
        const container = this.table.byCgid.get(event.container);
        if (container === undefined) this.table.hold(event);
        else this.deliver(container, event);
        return;
      }
      case 'fork':
      case 'exit':
      case 'stats':
      case 'undecodable':
        return;
    }
  }

  private deliver(container: WatchedContainer, event: SensorEvent): void {
    this.dirty.add(container);
    switch (event.type) {
      case 'exec':
        return container.exec(event);
      case 'open':
        return container.open(event);
      case 'mapping':
        return container.mapping(event);
      case 'connection':
        return container.connection(event);
      case 'count':
        return container.count(event);
      case 'gap':
        return this.gapOfContainer(container, event);
      default:
        return;
    }
  }

  /** The first entry, once all capabilities were told: before anything else is written. */
  private begin(): void {
    if (this.started || this.hello === undefined) return;
    this.started = true;
    const { hello } = this;
    const time = rfc3339(this.clock, hello.time);
    const body = {
      version: this.options.version,
      sensor: hello.version,
      kernel: hello.kernel,
      capabilities: this.caps.map(({ name, state, detail }) => ({ name, state: state.state, detail })),
    };
    this.recorder.record({ kind: 'agent-started', time: this.now(), subjects: [], body });
    for (const { name, state, detail } of this.caps)
      if (isCapabilityName(name) && capabilities[name].needed && state.state !== 'shown' && state.state !== 'partial')
        this.gapOfAll({ cause: 'sensor-lacks', from: time, repaired: false, detail: `${name}: ${detail}` });
  }

  private heartbeat(event: Heartbeat): void {
    this.begin();
    this.sensorRssKib = event.rssKib;
    const agentRssKib = Math.round(process.memoryUsage.rss() / 1024);
    const { frames, sensorRssKib, waiting } = this;
    const containers = this.table.byCgid.size;
    const time = rfc3339(this.clock, event.time);
    this.options.emit({ type: 'heartbeat', time, containers, agentRssKib, sensorRssKib, frames, waiting });
  }

  private containerEvent(event: ContainerEvent): void {
    const container = this.table.byCgid.get(event.container);
    if (container !== undefined) {
      if (event.state === 'gone') {
        container.goneAt ??= monotonic();
        container.ended ??= rfc3339(this.clock, event.time);
      }
      return;
    }
    const meta = this.table.seen(event, monotonic());
    if (event.state === 'gone') this.table.hold(event);
    if (meta !== undefined) this.claim(meta, event);
  }

  /** Both halves are there: watching begins, with what it did meanwhile. */
  private claim(meta: Container, event: ContainerEvent): void {
    const host = {
      hashes: this.hashes,
      now: monotonic,
      timeOf: (boot: bigint) => rfc3339(this.clock, boot),
      later: (millis: number, action: () => void) => {
        setTimeout(() => {
          action();
          this.flushSoon();
        }, millis).unref();
      },
    };
    const container = new WatchedContainer(host, meta, event.container, rfc3339(this.clock, event.time));
    const unclaimed = this.table.claim(event.container, container);
    this.findImage(container);
    this.history(container, unclaimed?.older ?? event.older);
    this.record(container, 'container-seen', container.since, containerSeenBody(container), () => {
      const details = containerSeenBody(container);
      this.options.emit({
        type: 'container',
        time: container.since,
        state: 'seen',
        container: container.display,
        image: container.image ?? null,
        details,
      });
    });
    if (unclaimed === undefined) return;
    if (unclaimed.lost > 0) {
      const detail = `${unclaimed.lost} events came before containerd told of it`;
      this.addGapTo(container, {
        cause: 'queue-full',
        from: container.since,
        to: this.now(),
        count: unclaimed.lost,
        repaired: false,
        detail,
      });
    }
    for (const held of unclaimed.queue) {
      if (held.type === 'container') this.containerEvent(held);
      else this.deliver(container, held);
    }
    this.flushSoon();
  }

  /** Older than Holdfast, or known from before a restart: which, decides what gap there is. */
  private history(container: WatchedContainer, older: boolean): void {
    const known = remember(this.options.ledger, container.display, container.meta.created);
    const to = this.hello === undefined ? this.now() : rfc3339(this.clock, this.hello.started);
    if (known !== undefined) {
      container.resume(known);
      const from = this.before ?? container.since;
      this.addGapTo(container, {
        cause: 'agent-restart',
        from,
        to,
        repaired: false,
        detail: 'Holdfast was started again',
      });
      return;
    }
    if (!older) return;
    container.older = true;
    const from = container.meta.created;
    this.addGapTo(container, {
      cause: 'older',
      from,
      to: container.since,
      repaired: false,
      detail: 'it ran before Holdfast',
    });
  }

  private findImage(container: WatchedContainer): void {
    const { image } = container.meta;
    const key = imageKeyOf(container.meta);
    container.image = key?.digest;
    container.ambiguous = key?.kind === 'config';
    if (key === undefined) {
      container.settleManifest(image.unreadable ?? 'image-unknown');
      return;
    }
    const stored = this.images.stored(key);
    if (stored !== undefined) {
      container.settleManifest(stored);
      return;
    }
    const source = image.manifest ?? image.candidates?.[0];
    if (image.unreadable !== undefined || source === undefined) {
      container.settleManifest(image.unreadable ?? 'image-unknown');
      return;
    }
    container.manifest = 'reading';
    void this.images.open(key, container.namespace, source).then((manifest) => {
      container.settleManifest(manifest);
      this.dirty.add(container);
      this.flushSoon();
    });
  }

  /** More became known of a container that is watched already. */
  private describedAgain(container: WatchedContainer, meta: Container): void {
    if (meta.created !== container.meta.created) return;
    container.meta = meta;
    if (imageKeyOf(meta)?.digest !== container.image || typeof container.manifest === 'string')
      this.findImage(container);
    this.record(container, 'container-seen', container.since, containerSeenBody(container));
    this.dirty.add(container);
    this.flushSoon();
  }

  /** Containers that ended while nobody watched. */
  private endedMeanwhile(): void {
    if (this.before === undefined) return;
    const there = this.table.displays;
    for (const { display } of runningBefore(this.options.ledger)) {
      if (there.has(display) || this.table.byDisplay(display) !== undefined) continue;
      const body = { container: display, code: null };
      this.recorder.record({ kind: 'container-ended', time: this.now(), subjects: [], body });
    }
  }

  private end(container: WatchedContainer): void {
    const time = container.ended ?? this.now();
    this.dirty.add(container);
    this.flush();
    const body = { container: container.display, code: null };
    const { display, image = null } = container;
    this.record(container, 'container-ended', time, body, () => {
      this.options.emit({ type: 'container', time, state: 'ended', container: display, image, details: body });
    });
    this.table.forget(container.cgid);
    this.words.delete(container);
    this.packages.delete(container);
    this.dirty.delete(container);
  }

  private gap(event: GapEvent): void {
    // What was there before the sensor is told apart below: older than Holdfast, or known from before.
    if (event.cause === 'older') return;
    if (event.container === 0n) {
      this.gapOfAll(gapOf(event, (boot) => rfc3339(this.clock, boot)));
      return;
    }
    const container = this.table.byCgid.get(event.container);
    if (container === undefined) this.table.hold(event);
    else this.gapOfContainer(container, event);
  }

  private gapOfContainer(container: WatchedContainer, event: GapEvent): void {
    this.addGapTo(
      container,
      gapOf(event, (boot) => rfc3339(this.clock, boot)),
    );
  }

  private addGapTo(container: WatchedContainer, gap: CoverageGap): void {
    const now = addGap(container.gaps, gap);
    this.dirty.add(container);
    const body = { container: container.display, gaps: [gapBody(now)] };
    this.record(container, 'coverage', this.now(), body, () => {
      this.options.emit({ type: 'coverage', time: this.now(), container: container.display, ...now });
    });
  }

  private gapOfAll(gap: CoverageGap): void {
    const now = addGap(this.everybody, gap);
    for (const container of this.table.byCgid.values()) this.dirty.add(container);
    const entry = {
      kind: 'coverage',
      time: this.now(),
      subjects: [],
      body: { container: null, gaps: [gapBody(now)] },
    } as const;
    this.recorder.record(entry, () => {
      this.options.emit({ type: 'coverage', time: this.now(), container: null, ...now });
    });
  }

  private storeBack(lost: number): void {
    this.notice(
      'store-back',
      lost === 0 ? 'the store takes entries again' : `the store takes entries again; ${lost} were lost`,
    );
    if (lost === 0) return;
    const now = this.now();
    this.gapOfAll({ cause: 'store-full', from: now, to: now, count: lost, repaired: false, detail: `${lost} entries` });
  }

  private flushSoon(): void {
    if (this.flushing || this.stopped) return;
    this.flushing = true;
    setImmediate(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush(): void {
    for (const container of this.dirty) this.flushContainer(container);
    this.dirty.clear();
  }

  private flushContainer(container: WatchedContainer): void {
    const { display, image = null } = container;
    const seen = container.seen.take();
    for (const finding of container.judged.takeFindings())
      this.record(container, 'finding', finding.time, finding, () => this.options.emit(finding));
    for (const { files, network, body } of observations(container, seen.files, seen.network))
      this.record(container, 'observation', this.now(), body, () => {
        for (const one of [...files, ...network])
          this.options.emit({ type: 'observation', container: display, image, ...one });
      });
    if (seen.counts.length > 0)
      for (let at = 0; at < seen.counts.length; at += 1000)
        this.record(container, 'rbom-revision', this.now(), {
          container: display,
          image,
          counts: seen.counts.slice(at, at + 1000),
        });
    this.tellState(container);
    this.tellPackages(container);
  }

  private tellState(container: WatchedContainer): void {
    const time = this.now();
    const state = container.state(time, this.everybody);
    const { identity, coverage } = state;
    const sign = JSON.stringify([
      identity.findings.length,
      [...identity.unknown.keys()],
      identity.image,
      coverage.reasons,
    ]);
    if (this.words.get(container) === sign) return;
    this.words.set(container, sign);
    const verdict = this.options.conclude(state);
    this.record(container, 'verdict', time, { container: container.display, ...verdict }, () => {
      this.options.emit({ type: 'state', time, state });
    });
  }

  private tellPackages(container: WatchedContainer): void {
    if (typeof container.manifest === 'string') return;
    const { packagesUsed, packagesRead } = container.judged;
    const used = packagesUsed.size;
    const read = [...packagesRead].filter((one) => !packagesUsed.has(one)).length;
    const sign = `${used} ${read}`;
    if (this.packages.get(container) === sign) return;
    this.packages.set(container, sign);
    const key = imageKeyOf(container.meta);
    const total = (key === undefined ? undefined : this.images.stored(key))?.packages ?? 0;
    const { display, image = null } = container;
    this.options.emit({ type: 'rbom', time: this.now(), container: display, image, used, read, total });
  }

  private record(
    container: WatchedContainer,
    kind: Parameters<typeof entryOf>[2],
    time: string,
    body: Json,
    done?: () => void,
  ): void {
    this.recorder.record(entryOf(this.options.ledger.host.id, container, kind, time, body), done);
  }
}

function monotonic(): number {
  return performance.now();
}
