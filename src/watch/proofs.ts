import type { NewEntry } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { AgentOptions } from './agent-options.ts';
import { ImageProfiles } from './behaviour/image-profiles.ts';
import type { WatchedContainer } from './container.ts';
import { monotonic, now } from './now.ts';
import { type ProvenanceState, Provenances } from './provenance.ts';

export interface ProofsOptions extends Pick<AgentOptions, 'provenance' | 'behaviour' | 'recheckMillis' | 'signal'> {
  readonly containers: () => Iterable<WatchedContainer>;
  readonly record: (entry: NewEntry, done: () => void) => void;
  /** Something of it is to be written. */
  readonly touch: (container: WatchedContainer) => void;
}

/** What the evidence of running images is worth, and their profiles: judged once an image, for all of its containers. */
export class Proofs {
  private readonly options: ProofsOptions;
  private readonly provenances: Provenances;
  private readonly profiles: ImageProfiles | undefined;

  constructor(options: ProofsOptions) {
    const { provenance: judge, behaviour, recheckMillis, record, signal } = options;
    this.options = options;
    this.profiles = behaviour && new ImageProfiles(behaviour);
    this.provenances = new Provenances({
      judge,
      now,
      clock: monotonic,
      record,
      changed: (manifest, evidence, detail) => {
        this.profiles?.take(manifest, evidence, detail, Date.now());
        this.judgedAnew(manifest);
      },
      signal,
      ...(recheckMillis === undefined ? {} : { recheckMillis }),
    });
  }

  of(manifest: Digest | undefined): ProvenanceState {
    return this.provenances.of(manifest);
  }

  /** About once a second: what runs is asked about, and exceptions begin and end. */
  tick(): void {
    for (const manifest of this.profiles?.renew(Date.now()) ?? []) this.judgedAnew(manifest);
    for (const container of this.options.containers()) this.prove(container);
  }

  private prove({ meta: { image }, goneAt, behaviour }: WatchedContainer): void {
    const { name, manifest, index } = image;
    if (this.profiles !== undefined) behaviour?.judgeBy(this.profiles.of(manifest), manifest);
    if (goneAt === undefined && manifest !== undefined)
      this.provenances.want({ name, manifest, ...(index === undefined ? {} : { index }) });
  }

  private judgedAnew(manifest: Digest): void {
    for (const container of this.options.containers()) {
      if (container.meta.image.manifest !== manifest) continue;
      this.prove(container);
      this.options.touch(container);
    }
  }
}
