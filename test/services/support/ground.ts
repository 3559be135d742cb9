import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStoreForWatching } from '../../../src/cli/running/index.ts';
import type { Ledger } from '../../../src/ledger/index.ts';
import type { Digest as ImageDigest } from '../../../src/oci/index.ts';
import {
  compileProfile,
  type ExecutionProfile,
  formatAmendment,
  judgeObservation,
  type Observation,
  profileDigest,
  readProfileValue,
  writeProfile,
} from '../../../src/profile/index.ts';
import { type ProvenanceAnswer, type WatchEvent, watch } from '../../../src/watch/index.ts';
import { startContainerd, type TestContainerd } from '../../support/containerd.ts';

/** Drift as the agent tells it. */
export type Told = Extract<WatchEvent, { readonly type: 'finding' }>;

/** One containerd, one agent over it, what it sees of each container, and the profiles that it judges by. */
export class Ground implements AsyncDisposable {
  readonly containerd: TestContainerd;
  readonly scratch: string;
  readonly ledger: Ledger;
  readonly events: WatchEvent[] = [];
  readonly images = new Map<string, string>();
  readonly seen = new Map<string, Observation[]>();
  private readonly profiles = new Map<string, ExecutionProfile>();
  private readonly ending = new AbortController();
  private ended: Promise<unknown> = Promise.resolve();

  private constructor(containerd: TestContainerd, scratch: string) {
    this.containerd = containerd;
    this.scratch = scratch;
    this.ledger = openStoreForWatching(join(scratch, 'store'));
  }

  static async open(): Promise<Ground> {
    const scratch = mkdtempSync(join(tmpdir(), 'holdfast-services-'));
    const ground = new Ground(await startContainerd(), scratch);
    await ground.start();
    return ground;
  }

  private async start(): Promise<void> {
    this.ended = watch({
      socket: this.containerd.socket,
      ledger: this.ledger,
      version: 'test',
      signal: this.ending.signal,
      environment: process.env,
      provenance: {
        judge: ({ manifest }) => Promise.resolve(this.answer(manifest)),
        files: () => Promise.reject(new Error('no signed file manifest')),
        version: () => String(this.profiles.size),
      },
      behaviour: { compileProfile, formatAmendment, judgeObservation, readProfileValue },
      observe: ({ id, image }, observation) => {
        if (image !== undefined) this.images.set(id, image);
        this.of(id).push(observation);
      },
      conclude: () => ({ word: 'unknown' }),
      emit: (event) => {
        this.events.push(event);
      },
    });
    while (!this.events.some(({ type }) => type === 'heartbeat')) await sleep(20);
  }

  /** From now on containers of this image are judged by it. */
  give(manifest: string, profile: ExecutionProfile): void {
    this.profiles.set(manifest, profile);
  }

  /** As a policy would answer whose keys signed the profile. */
  private answer(manifest: ImageDigest): ProvenanceAnswer {
    const given = this.profiles.get(manifest);
    const digest = given === undefined ? manifest : profileDigest(given);
    const profile =
      given === undefined
        ? ({ state: 'none' } as const)
        : ({
            state: 'given',
            evidence: digest,
            digest,
            document: JSON.parse(Buffer.from(writeProfile(given)).toString()),
          } as const);
    return { result: 'allow', cites: [], faults: [], evidence: { manifest, profile, exceptions: [], files: [] } };
  }

  /** What was found of a container. */
  findings(id: string): readonly Told[] {
    const display = `${this.containerd.namespace}/${id}`;
    return this.events.filter((one): one is Told => one.type === 'finding' && one.container === display);
  }

  /** What was seen of a container, in order; grows. */
  of(id: string): Observation[] {
    const list = this.seen.get(id) ?? [];
    this.seen.set(id, list);
    return list;
  }

  /** Until its image was read and nothing new of a container came for a while. */
  async quiet(id: string, millis = 800): Promise<void> {
    const read = (): boolean =>
      this.events.some((one) => one.type === 'image' && one.image === this.images.get(id) && one.state === 'ready');
    while (!read()) await sleep(50);
    for (let before = -1; before !== this.of(id).length; ) {
      before = this.of(id).length;
      await sleep(millis);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending.abort();
    await this.ended;
    await this.ledger[Symbol.asyncDispose]();
    await this.containerd.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
