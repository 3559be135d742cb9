import type { Container } from '../containers/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { ContainerEvent, SensorEvent } from '../sensor/index.ts';
import { WatchedContainer } from './container.ts';
import type { ContainerHost } from './container-host.ts';
import { containerSeenBody, imageKeyOf } from './entries.ts';
import type { WatchEvent } from './events.ts';
import { remember } from './history.ts';
import type { Images } from './images.ts';
import type { ImageKey, MissingManifest } from './model.ts';
import type { ContainerTable } from './table.ts';
import type { Teller } from './teller.ts';

export interface ClaimsOptions {
  readonly ledger: Ledger;
  readonly table: ContainerTable;
  readonly images: Images;
  readonly teller: Teller;
  readonly host: ContainerHost;
  /** Evidence is looked for, so there may be signed file manifests. */
  readonly mayBeSigned: boolean;
  readonly emit: (event: WatchEvent) => void;
  /** Handles what a container did before it was claimed. */
  readonly replay: (event: SensorEvent) => void;
  /** Tells of its end, and forgets it. */
  readonly end: (container: WatchedContainer) => void;
  /** Something of it is to be written. */
  readonly touched: (container: WatchedContainer) => void;
  /** When the last agent was last alive; undefined = none was. */
  readonly before: string | undefined;
  /** RFC 3339: when this sensor began. */
  readonly started: () => string;
}

/** Begins and ends the watching of containers: their place in history, and their image. */
export class Claims {
  private readonly options: ClaimsOptions;

  constructor(options: ClaimsOptions) {
    this.options = options;
  }

  /** Both halves are there: watching begins, with what it did meanwhile. */
  begin(meta: Container, event: ContainerEvent): void {
    const { host, table, teller } = this.options;
    const display = `${meta.namespace}/${meta.id}`;
    const former = table.formerLife(display);
    const before = table.byDisplay(display);
    // Stopped and started again: its former life ends before the new one is told of, and its files are still there.
    if (former !== undefined && before !== undefined) this.options.end(before);
    const container = new WatchedContainer(host, meta, event.container, host.timeOf(event.time), former);
    const unclaimed = table.claim(event.container, container);
    this.findImage(container);
    if (former === undefined) this.history(container, unclaimed?.older ?? event.older);
    this.seen(container);
    this.options.touched(container);
    if (unclaimed === undefined) return;
    if (unclaimed.lost > 0) {
      const detail = 'events came before containerd told of it, more than are kept';
      const to = new Date().toISOString();
      const count = unclaimed.lost;
      teller.gapOf(container, { cause: 'queue-full', from: container.since, to, count, repaired: false, detail });
    }
    for (const held of unclaimed.queue) this.options.replay(held);
  }

  /** containerd runs it and the sensor never showed it: it is told of, with nothing seen. */
  unseen(meta: Container, cgid: bigint): void {
    const { host, table, teller, touched } = this.options;
    const from = meta.created;
    const container = new WatchedContainer(host, meta, cgid, from);
    table.claim(cgid, container);
    this.findImage(container);
    this.seen(container);
    const detail = 'another runtime, or more containers than the sensor follows';
    teller.gapOf(container, { cause: 'never-shown', from, repaired: false, detail });
    touched(container);
  }

  /** More became known of a container that is watched already. */
  again(container: WatchedContainer, meta: Container): void {
    if (meta.created !== container.meta.created) return;
    container.meta = meta;
    const otherImage = imageKeyOf(meta)?.digest !== container.image;
    if (otherImage || typeof container.contents.manifest === 'string') this.findImage(container);
    this.seen(container);
    this.options.touched(container);
  }

  private seen(container: WatchedContainer): void {
    const { display, since, image = null } = container;
    const details = containerSeenBody(container);
    this.options.teller.record(container, 'container-seen', since, details, () => {
      this.options.emit({ type: 'container', time: since, state: 'seen', container: display, image, details });
    });
  }

  /** Older than Holdfast, or known from before a restart: which, decides what gap there is. */
  private history(container: WatchedContainer, older: boolean): void {
    const { ledger, teller, before } = this.options;
    const known = remember(ledger, container.display, container.meta.created);
    if (known !== undefined) {
      container.resume(known);
      const from = before ?? container.since;
      const to = this.options.started();
      teller.gapOf(container, {
        cause: 'agent-restart',
        from,
        to,
        repaired: false,
        detail: 'Holdfast was started again',
      });
    } else if (older) {
      container.older = true;
      const from = container.meta.created;
      teller.gapOf(container, {
        cause: 'older',
        from,
        to: container.since,
        repaired: false,
        detail: 'it ran before Holdfast',
      });
    }
  }

  private findImage(container: WatchedContainer): void {
    const { images } = this.options;
    const { image } = container.meta;
    const key = imageKeyOf(container.meta);
    container.image = key?.digest;
    container.ambiguous = key?.kind === 'config';
    const stored = key === undefined ? undefined : images.stored(key);
    const source = image.manifest ?? image.candidates?.[0];
    if (stored !== undefined) container.contents.settle(stored);
    else if (key === undefined || source === undefined || image.unreadable !== undefined)
      this.unread(container, image.unreadable ?? 'image-unknown');
    else {
      container.contents.manifest = 'reading';
      void this.readImage(container, key, source);
    }
  }

  /** Its layers can't be read here; a signed file manifest of its digest would do as well. */
  private unread({ contents, meta: { image } }: WatchedContainer, why: MissingManifest): void {
    if (this.options.mayBeSigned && image.manifest !== undefined) contents.awaitSigned(why);
    else contents.settle(why);
  }

  private async readImage(container: WatchedContainer, key: ImageKey, source: string): Promise<void> {
    const read = await this.options.images.open(key, container.namespace, source);
    if (typeof read === 'string') this.unread(container, read);
    else container.contents.settle(read);
    this.options.touched(container);
  }
}
