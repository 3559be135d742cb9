import type { Json, Ledger } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { BehaviourState } from './behaviour/behaviour.ts';
import type { BehaviourBody } from './bodies.ts';
import type { WatchedContainer } from './container.ts';
import { type CoverageGap, gapBody } from './coverage.ts';
import { entryOf, imageKeyOf, observations } from './entries.ts';
import type { ContainerState, WatchEvent } from './events.ts';
import { addGap } from './gaps.ts';
import type { Images } from './images.ts';
import type { ProvenanceState } from './provenance.ts';
import type { Recorder } from './recorder.ts';

export interface TellerOptions {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly images: Images;
  readonly emit: (event: WatchEvent) => void;
  readonly provenance: (manifest: Digest | undefined) => ProvenanceState;
  /** The verdict as evidence keeps it, computed from what the agent knows. */
  readonly conclude: (state: ContainerState) => { readonly word: string; readonly [name: string]: Json };
}

const countsPerEntry = 1000;

/** Writes what came of each container, and tells of it once it is on disk. */
export class Teller {
  private readonly options: TellerOptions;
  /** Gaps of all containers that ran then. */
  private readonly everybody: CoverageGap[] = [];
  private readonly words = new Map<WatchedContainer, string>();
  private readonly behaviours = new Map<WatchedContainer, string>();
  private readonly packages = new Map<WatchedContainer, string>();

  constructor(options: TellerOptions) {
    this.options = options;
  }

  record(
    container: WatchedContainer,
    kind: Parameters<typeof entryOf>[2],
    time: string,
    body: Json,
    done?: () => void,
  ): void {
    const { ledger, recorder } = this.options;
    recorder.record(entryOf(ledger.host.id, container, kind, time, body), done);
  }

  gapOf(container: WatchedContainer, gap: CoverageGap): void {
    const now = addGap(container.gaps, gap);
    const { display } = container;
    const time = this.now();
    this.record(container, 'coverage', time, { container: display, gaps: [gapBody(now)] }, () => {
      this.options.emit({ type: 'coverage', time, container: display, ...now });
    });
  }

  gapOfAll(gap: CoverageGap): void {
    const now = addGap(this.everybody, gap);
    const time = this.now();
    const body = { container: null, gaps: [gapBody(now)] };
    this.options.recorder.record({ kind: 'coverage', time, subjects: [], body }, () => {
      this.options.emit({ type: 'coverage', time, container: null, ...now });
    });
  }

  flush(container: WatchedContainer): void {
    const { display, image = null } = container;
    const { emit } = this.options;
    const seen = container.seen.take();
    for (const finding of [...container.judged.takeFindings(), ...(container.behaviour?.takeFindings() ?? [])])
      this.record(container, 'finding', finding.time, finding, () => emit(finding));
    for (const { files, network, body } of observations(container, seen.files, seen.network))
      this.record(container, 'observation', this.now(), body, () => {
        for (const one of [...files, ...network]) emit({ type: 'observation', container: display, image, ...one });
      });
    for (let at = 0; at < seen.counts.length; at += countsPerEntry) {
      const counts = seen.counts.slice(at, at + countsPerEntry);
      this.record(container, 'rbom-revision', this.now(), { container: display, image, counts });
    }
    this.state(container);
    this.packagesInUse(container);
  }

  forget(container: WatchedContainer): void {
    this.words.delete(container);
    this.behaviours.delete(container);
    this.packages.delete(container);
  }

  /** Told when it changed in a way that a verdict could show. */
  private state(container: WatchedContainer): void {
    const time = this.now();
    const state = container.state(time, this.everybody, this.options.provenance(container.meta.image.manifest));
    const { identity, behaviour, provenance, coverage } = state;
    const judged = JSON.stringify(behaviour);
    this.behaviour(container, behaviour, judged, time);
    const sign = JSON.stringify([
      identity.findings.length,
      [...identity.unknown.keys()],
      identity.image,
      judged,
      provenance,
      coverage.reasons,
    ]);
    if (this.words.get(container) === sign) return;
    this.words.set(container, sign);
    const body = { container: container.display, ...this.options.conclude(state) };
    this.record(container, 'verdict', time, body, () => this.options.emit({ type: 'state', time, state }));
  }

  /** `sign`: all of it as text. */
  private behaviour(container: WatchedContainer, behaviour: BehaviourState, sign: string, time: string): void {
    if (behaviour.state === 'not-checked') return;
    if (this.behaviours.get(container) === sign) return;
    this.behaviours.set(container, sign);
    const { display, image = null } = container;
    const body: BehaviourBody = { container: display, image, ...behaviour };
    this.record(container, 'behaviour', time, body);
  }

  private packagesInUse(container: WatchedContainer): void {
    if (typeof container.contents.manifest === 'string') return;
    const { packagesUsed, packagesRead } = container.judged;
    const used = packagesUsed.size;
    const read = [...packagesRead].filter((one) => !packagesUsed.has(one)).length;
    const sign = `${used} ${read}`;
    if (this.packages.get(container) === sign) return;
    this.packages.set(container, sign);
    const key = imageKeyOf(container.meta);
    const total = (key === undefined ? undefined : this.options.images.stored(key))?.packages ?? 0;
    const { display, image = null } = container;
    this.options.emit({ type: 'rbom', time: this.now(), container: display, image, used, read, total });
  }

  private now(): string {
    return new Date().toISOString();
  }
}
