import type { Ledger } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { AgentOptions } from './agent-options.ts';
import { ImageProfiles } from './behaviour/image-profiles.ts';
import type { WatchedContainer } from './container.ts';
import { monotonic, now } from './now.ts';
import { type ProvenanceState, Provenances } from './provenance.ts';
import type { Recorder } from './recorder.ts';
import { SignedFiles } from './signed-files.ts';

export interface ProofsOptions extends Pick<AgentOptions, 'provenance' | 'behaviour' | 'recheckMillis' | 'signal'> {
  readonly containers: () => Iterable<WatchedContainer>;
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  /** Something of it is to be written. */
  readonly touch: (container: WatchedContainer) => void;
}

/** What the evidence of running images is worth, and their profiles: judged once an image, for all of its containers. */
export class Proofs {
  private readonly options: ProofsOptions;
  private readonly provenances: Provenances;
  private readonly profiles: ImageProfiles | undefined;
  private readonly files: SignedFiles | undefined;

  constructor(options: ProofsOptions) {
    const { provenance: judge, behaviour, recheckMillis, ledger, recorder, signal } = options;
    this.options = options;
    this.profiles = behaviour && new ImageProfiles(behaviour);
    this.files = judge && new SignedFiles({ ledger, recorder, judge, signal, touch: options.touch });
    this.provenances = new Provenances({
      judge,
      now,
      clock: monotonic,
      record: (entry, done) => recorder.record(entry, done),
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

  private prove(container: WatchedContainer): void {
    const { name, manifest, index } = container.meta.image;
    if (this.profiles !== undefined) container.behaviour?.judgeBy(this.profiles.of(manifest), manifest);
    if (manifest === undefined) return;
    const image = { name, manifest, ...(index === undefined ? {} : { index }) };
    if (this.provenances.of(manifest).state !== 'pending')
      this.files?.compare(container, image, this.provenances.evidenceOf(manifest)?.files ?? []);
    if (container.goneAt === undefined) this.provenances.want(image);
  }

  private judgedAnew(manifest: Digest): void {
    for (const container of this.options.containers()) {
      if (container.meta.image.manifest !== manifest) continue;
      this.prove(container);
      this.options.touch(container);
    }
  }
}
