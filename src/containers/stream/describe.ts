import { HoldfastError } from '../../errors/index.ts';
import type { Connection } from '../api/connection.ts';
import type { ContainerRecord } from '../api/messages.ts';
import { getContainer, statSnapshot } from '../api/methods.ts';
import { describeLabels } from '../cri.ts';
import { manifestsOnSnapshot } from '../image/candidates.ts';
import { standsOn } from '../image/chain.ts';
import { type ResolvedImage, resolveImage } from '../image/resolve.ts';
import type { Container, ContainerRef, RunningImage } from '../model.ts';
import { resolvConfOf } from '../resolv-conf.ts';
import { Turnstile } from './turnstile.ts';

/** A container that is not there any more answers at once; one whose containerd hangs must not hold up the others. */
const askTimeout = 3_000;
const maxImages = 1000;
/** A burst of new containers must not become as many calls at once. */
const maxAsking = 16;

/** Makes containers out of records: labels, pod, and the image, which is resolved once per name and kept. */
export class Describer {
  readonly #connection: Connection;
  readonly #signal: AbortSignal;
  readonly #asking = new Turnstile(maxAsking);
  readonly #images = new Map<string, Promise<ResolvedImage>>();

  constructor(connection: Connection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
  }

  /** A name may point elsewhere now. */
  forgetImage(namespace: string, name: string): void {
    this.#images.delete(`${namespace} ${name}`);
    // What a bare digest stands for depends on which manifests are there.
    for (const key of this.#images.keys()) if (key.startsWith(`${namespace} sha256:`)) this.#images.delete(key);
  }

  /** Of a create event: asks for the record; when that is gone, what the event said must do. */
  created(ref: ContainerRef, image: string, time: string): Promise<Container> {
    return this.#asking.pass(() => this.#created(ref, image, time));
  }

  async #created(ref: ContainerRef, image: string, time: string): Promise<Container> {
    const record = await this.record(ref);
    if (record !== undefined) return await this.listed(ref.namespace, record, undefined);
    const named = plain(await this.#image(ref.namespace, image));
    return { ...ref, image: named, labels: {}, created: time, name: ref.id, kind: 'container', complete: false };
  }

  /** The record as it is now; undefined where it is gone or containerd does not answer. */
  async record(ref: ContainerRef): Promise<ContainerRecord | undefined> {
    const options = { namespace: ref.namespace, signal: this.#signal, timeout: askTimeout };
    try {
      return (await this.#connection.find(getContainer, { id: ref.id }, options))?.container;
    } catch (error) {
      if (error instanceof HoldfastError) return undefined;
      throw error;
    }
  }

  async listed(namespace: string, record: ContainerRecord, pid: number | undefined): Promise<Container> {
    const ref = { namespace, id: record.id };
    const { snapshotter, snapshotKey: key } = record;
    const labels = { ...record.labels };
    const resolvConf = resolvConfOf(record.spec?.value);
    return {
      ...ref,
      image: await this.#running(namespace, record),
      labels,
      created: record.createdAt,
      ...describeLabels(ref, labels),
      ...(pid === undefined ? {} : { pid }),
      ...(resolvConf === undefined ? {} : { resolvConf }),
      ...(snapshotter === '' || key === '' ? {} : { snapshot: { snapshotter, key } }),
      complete: true,
    };
  }

  /**
   * The image by its name, held against the layers that the container's snapshot really stands on: a tag may have moved
   * since the container was made.
   */
  async #running(namespace: string, record: ContainerRecord): Promise<RunningImage> {
    const image = await this.#image(namespace, record.image);
    const parent = await this.#parent(namespace, record);
    if (parent === undefined) return plain(image);
    if (image.diffIds !== undefined && standsOn(parent, image.diffIds)) return { ...plain(image), confirmed: true };
    if (image.unreadable === 'runtime-unreachable') return plain(image);
    const snapshot = { snapshotter: record.snapshotter, parent };
    const candidates = await this.#whole(() =>
      manifestsOnSnapshot(this.#connection, namespace, snapshot, this.#signal),
    );
    const known = candidates === undefined || candidates.length === 0 ? {} : { candidates };
    // What its name says was not it: nothing of that may be taken for this container's.
    if (image.diffIds !== undefined) {
      return { name: record.image, named: 'unknown', confirmed: false, unreadable: 'image-moved', ...known };
    }
    return image.manifest === undefined ? { ...plain(image), ...known } : plain(image);
  }

  #image(namespace: string, name: string): Promise<ResolvedImage> {
    const key = `${namespace} ${name}`;
    const held = this.#images.get(key);
    if (held !== undefined) return held;
    if (this.#images.size >= maxImages) this.#images.clear();
    const resolving = this.#resolve(namespace, name, key);
    this.#images.set(key, resolving);
    return resolving;
  }

  async #resolve(namespace: string, name: string, key: string): Promise<ResolvedImage> {
    const resolved = await this.#whole(() => resolveImage(this.#connection, namespace, name, { signal: this.#signal }));
    if (resolved !== undefined && resolved.unreadable === undefined) return resolved;
    this.#images.delete(key); // Not for long: content may still be arriving.
    return resolved ?? { name, named: 'unknown', confirmed: false, unreadable: 'runtime-unreachable' };
  }

  async #parent(namespace: string, record: ContainerRecord): Promise<string | undefined> {
    const { snapshotter, snapshotKey: key } = record;
    if (snapshotter === '' || key === '') return undefined;
    const options = { namespace, signal: this.#signal, timeout: askTimeout };
    const answer = await this.#whole(() => this.#connection.find(statSnapshot, { snapshotter, key }, options));
    return answer?.info?.parent;
  }

  /** Undefined where containerd failed us in a way that the caller states as unknown. */
  async #whole<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof HoldfastError) return undefined;
      throw error;
    }
  }
}

function plain({ diffIds: _diffIds, ...image }: ResolvedImage): RunningImage {
  return image;
}
