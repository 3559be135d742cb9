import type { Container } from '../containers/index.ts';
import type { ContainerEvent, SensorEvent } from '../sensor/index.ts';
import type { WatchedContainer } from './container.ts';
import type { Lasting } from './lasting.ts';

/** A cgroup that the sensor says is a container, before containerd told of it. */
export interface Unclaimed {
  readonly display: string;
  readonly cgid: bigint;
  readonly event: ContainerEvent;
  /** Monotonic ms. */
  readonly since: number;
  /** What it did meanwhile, in order. */
  queue: SensorEvent[];
  lost: number;
  older: boolean;
}

interface Metadata {
  readonly meta: Container;
  /** Monotonic ms at which its first process was there. */
  readonly running: number | undefined;
  claimedBy: bigint | undefined;
  /** Its first process ended; then, that containerd started another: it has a new cgroup. */
  life: 'first' | 'over' | 'again';
  /** What its former life, or this one, knows that outlives its processes. */
  lasting: Lasting | undefined;
  /** Monotonic ms at which containerd removed it. */
  removedAt: number | undefined;
}

/** From here down: numbers of containers whose cgroup nobody showed. */
const standIn = -1n;

/** By a cgroup that is not known: nobody's yet, or a stopped container's that containerd started again. */
function mayBeClaimed({ claimedBy, life }: Metadata): boolean {
  return (claimedBy ?? standIn) <= standIn || life === 'again';
}

export function isStandIn(cgid: bigint): boolean {
  return cgid <= standIn;
}

const queueMax = 8192;
const unclaimedMax = 1024;
/** A container may be created, run and removed before its cgroup's frames are read. */
const keepRemovedMillis = 60_000;

/**
 * Joins the two halves of a container: the sensor's (a cgroup) and containerd's (a record). Either comes first; both are
 * needed before anything is judged or written. A record is claimed by one cgroup only, so that an id used again is not
 * taken for its predecessor.
 */
export class ContainerTable {
  readonly byCgid = new Map<bigint, WatchedContainer>();
  readonly unclaimed = new Map<bigint, Unclaimed>();
  private readonly metadata = new Map<string, Metadata>();
  private standIns = standIn;
  /** Watched under an earlier life of the sensor, and not named by this one yet. */
  private unnamed = new Set<bigint>();

  /** A new life of the sensor: it names every container that it finds. */
  sensorBegins(): void {
    this.unnamed = new Set([...this.byCgid.keys(), ...this.unclaimed.keys()].filter((cgid) => !isStandIn(cgid)));
  }

  named(cgid: bigint): void {
    this.unnamed.delete(cgid);
  }

  /** Those that the sensor did not find again; once. One that waits for containerd's word has its end told with it. */
  takeUnnamed(time: bigint): readonly WatchedContainer[] {
    const list = [...this.unnamed];
    this.unnamed.clear();
    for (const cgid of list) {
      const { event, queue } = this.unclaimed.get(cgid) ?? {};
      if (event !== undefined && queue?.some((held) => held.type === 'container') === false)
        queue.push({ ...event, time, state: 'gone' });
    }
    return list.flatMap((cgid) => this.byCgid.get(cgid) ?? []);
  }

  /** From the sensor. Returns the pair when containerd's half is there. */
  seen(event: ContainerEvent, now: number): Container | undefined {
    if (event.container === 0n || this.byCgid.has(event.container)) return undefined;
    const display = `${event.namespace}/${event.id}`;
    const known = this.metadata.get(display);
    const before = this.unclaimed.get(event.container);
    if (before !== undefined) {
      before.older ||= event.older;
    } else if (this.unclaimed.size < unclaimedMax) {
      const { container: cgid, older } = event;
      this.unclaimed.set(cgid, { display, cgid, event, since: now, queue: [], lost: 0, older });
    }
    return known !== undefined && mayBeClaimed(known) ? known.meta : undefined;
  }

  /** Holds an event of a container that is not claimed yet. False: of no container that is known. */
  hold(event: SensorEvent): boolean {
    const unclaimed = this.unclaimed.get(event.container);
    if (unclaimed === undefined) return false;
    if (unclaimed.queue.length < queueMax) unclaimed.queue.push(event);
    else unclaimed.lost++;
    return true;
  }

  /** From containerd. Returns the cgroup that waits for it. */
  described(meta: Container, now: number): Unclaimed | undefined {
    const display = `${meta.namespace}/${meta.id}`;
    const before = this.metadata.get(display);
    if (before !== undefined && before.meta.created === meta.created) {
      const running = before.running ?? (meta.pid === undefined ? undefined : now);
      this.metadata.set(display, { ...before, meta, running });
      if (before.claimedBy !== undefined) return undefined;
    } else {
      const running = meta.pid === undefined ? undefined : now;
      this.metadata.set(display, {
        meta,
        running,
        claimedBy: undefined,
        life: 'first',
        lasting: undefined,
        removedAt: undefined,
      });
    }
    return this.waiting(display);
  }

  /** The youngest: an older one of the same name that is still here was never told of and is gone. */
  private waiting(display: string): Unclaimed | undefined {
    let found: Unclaimed | undefined;
    for (const one of this.unclaimed.values()) if (one.display === display) found = one;
    return found;
  }

  /** Containers whose process runs, says containerd, and that the sensor has not shown in so long. Each once. */
  takeUnseen(now: number, millis: number): readonly { readonly meta: Container; readonly cgid: bigint }[] {
    const found: { readonly meta: Container; readonly cgid: bigint }[] = [];
    for (const one of this.metadata.values()) {
      if (one.claimedBy !== undefined || one.removedAt !== undefined) continue;
      if (one.running === undefined || now - one.running < millis) continue;
      this.standIns -= 1n;
      found.push({ meta: one.meta, cgid: this.standIns });
    }
    return found;
  }

  removed(display: string, now: number): void {
    const known = this.metadata.get(display);
    if (known !== undefined) known.removedAt = now;
  }

  /** Returns the pair where it starts again and its new cgroup waits. */
  started(display: string, now: number): { readonly meta: Container; readonly event: ContainerEvent } | undefined {
    const known = this.metadata.get(display);
    if (known === undefined) return undefined;
    const again = known.life === 'over';
    this.metadata.set(display, { ...known, running: known.running ?? now, life: again ? 'again' : known.life });
    const event = again ? this.waiting(display)?.event : undefined;
    return event === undefined ? undefined : { meta: known.meta, event };
  }

  exited(display: string, code: number | undefined): void {
    const container = this.byDisplay(display);
    if (container !== undefined) container.exitCode = code ?? container.exitCode;
    const known = this.metadata.get(display);
    if (known !== undefined) this.metadata.set(display, { ...known, running: undefined, life: 'over' });
  }

  claim(cgid: bigint, container: WatchedContainer): Unclaimed | undefined {
    const unclaimed = this.unclaimed.get(cgid);
    this.unclaimed.delete(cgid);
    this.byCgid.set(cgid, container);
    const known = this.metadata.get(container.display);
    if (known?.claimedBy !== undefined && known.claimedBy <= standIn) this.byCgid.delete(known.claimedBy);
    if (known !== undefined) {
      known.claimedBy = cgid;
      known.life = 'first';
      known.lasting = container.lasting;
    }
    return unclaimed;
  }

  byDisplay(display: string): WatchedContainer | undefined {
    const cgid = this.metadata.get(display)?.claimedBy;
    return cgid === undefined ? undefined : this.byCgid.get(cgid);
  }

  /** Of a container that was stopped and that containerd started again. */
  formerLife(display: string): Lasting | undefined {
    const known = this.metadata.get(display);
    return known?.life === 'again' ? known.lasting : undefined;
  }

  forget(cgid: bigint): void {
    this.byCgid.delete(cgid);
  }

  /** Drops records long removed, and cgroups that no record ever came for: another containerd's. Returns the latter. */
  expire(now: number, unclaimedMillis: number): readonly Unclaimed[] {
    for (const [display, one] of this.metadata)
      if (one.removedAt !== undefined && now - one.removedAt > keepRemovedMillis) this.metadata.delete(display);
    const late = [...this.unclaimed.values()].filter((one) => now - one.since > unclaimedMillis);
    for (const one of late) this.unclaimed.delete(one.cgid);
    return late;
  }

  get displays(): ReadonlySet<string> {
    return new Set(this.metadata.keys());
  }
}
