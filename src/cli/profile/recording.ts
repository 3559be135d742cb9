import { writeFile } from 'node:fs/promises';
import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import {
  type ExecutionProfile,
  generalise,
  type Observation,
  Recorder,
  recordingOf,
  writeProfile,
} from '../../profile/index.ts';
import { storedTree, type WatchEvent } from '../../watch/index.ts';
import { write } from '../output/index.ts';
import { summaryOf } from './summary.ts';

/** One container that is recorded. */
interface Recorded {
  readonly recorder: Recorder;
  image: Digest | undefined;
  ended: boolean;
}

/** What is recorded of several containers of one image, by `NAMESPACE/ID`. */
export class Recordings {
  private readonly all = new Map<string, Recorded>();
  private readonly notShown = new Set<string>();
  private seen = 0;

  /** A container that is there or yet to come; again is nothing. `from`: RFC 3339 UTC. */
  expect(display: string, session: { readonly run: string; readonly replica: string; readonly from: string }): void {
    if (!this.all.has(display))
      this.all.set(display, { recorder: new Recorder(session), image: undefined, ended: false });
  }

  /** Whether it is one of these. */
  has(display: string): boolean {
    return this.all.has(display);
  }

  add(display: string, image: Digest, observation: Observation): void {
    const one = this.all.get(display);
    if (one === undefined) return;
    one.image = image;
    one.recorder.add(observation);
    this.seen++;
  }

  /** Gaps become the recording's own: what was not seen is not claimed. */
  follow(event: WatchEvent): void {
    if (event.type === 'container' && event.state === 'ended') {
      const one = this.all.get(event.container);
      if (one !== undefined) one.ended = true;
    }
    if (event.type !== 'coverage' || event.repaired) return;
    if (event.cause === 'sensor-lacks') this.notShown.add(event.detail.slice(0, 100));
    const touched = event.container === null ? [...this.all.values()] : [this.all.get(event.container)];
    for (const one of touched) one?.recorder.gap({ cause: event.cause, count: event.count ?? null });
  }

  /** How many have ended. */
  get ended(): number {
    return [...this.all.values()].filter((one) => one.ended).length;
  }

  get state(): string {
    return `${this.seen} things seen of ${this.all.size} containers`;
  }

  /** @throws HoldfastError `not-found`: nothing was seen; `usage`: of several images */
  profile(ledger: Parameters<typeof storedTree>[0], to: string): ExecutionProfile {
    const recorded = [...this.all.values()].filter((one) => one.image !== undefined);
    const image = recorded[0]?.image;
    if (image === undefined) throw new HoldfastError('not-found', 'none of these containers was seen to do anything');
    if (recorded.some((one) => one.image !== image))
      throw new HoldfastError('usage', 'the containers are of several images: record each by itself');
    const { links, directories } = storedTree(ledger, image);
    const recording = recordingOf(
      image,
      recorded.map(({ recorder }) => recorder.session(to, [...this.notShown])),
    );
    return generalise(recording, { links, isImageDirectory: (path) => directories.has(path) });
  }
}

export async function writeOut(output: string, profile: ExecutionProfile): Promise<void> {
  const bytes = writeProfile(profile);
  await writeFile(output, bytes);
  await write(summaryOf(output, bytes.length, profile));
}
