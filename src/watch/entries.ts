import type { Container } from '../containers/index.ts';
import type { Json, NewEntry } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { ContainerSeenBody, FileSeen, NetworkSeen } from './bodies.ts';
import type { WatchedContainer } from './container.ts';
import type { ImageKey } from './model.ts';

/** An entry's body is at most 1 MiB; parts stay well below. */
const bodyBytes = 256 << 10;

/** `host/containerd-namespace/name`, or the pod's: without the API server the pod itself is the top controller known. */
export function workloadOf(host: string, meta: Pick<Container, 'namespace' | 'name' | 'pod'>): string {
  const workload =
    meta.pod === undefined
      ? `${host}/${meta.namespace}/${meta.name}`
      : `none/${meta.pod.namespace}/Pod/${meta.pod.name}/${meta.name}`;
  return workload.slice(0, 1024);
}

/** What the image's contents are filed under: the manifest, else the config digest that all its candidates share. */
export function imageKeyOf(meta: Container): ImageKey | undefined {
  const { manifest, config } = meta.image;
  if (manifest !== undefined) return { digest: manifest, kind: 'manifest' };
  if (config !== undefined) return { digest: config, kind: 'config' };
  return undefined;
}

export function containerSeenBody(container: WatchedContainer): ContainerSeenBody {
  const { meta } = container;
  const { image } = meta;
  const key = imageKeyOf(meta);
  return {
    container: container.display,
    name: meta.name,
    kind: meta.kind,
    created: meta.created,
    older: container.older,
    image: {
      key: key?.digest ?? null,
      keyKind: key?.kind ?? null,
      name: image.name,
      named: image.named,
      index: image.index ?? null,
      manifest: image.manifest ?? null,
      config: image.config ?? null,
      candidates: image.candidates ?? [],
      unreadable: image.unreadable ?? null,
    },
    pod: meta.pod === undefined ? null : { ...meta.pod },
    labels: labelsOf(meta),
  };
}

/** Labels are someone else's: so many, so long. */
function labelsOf(meta: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(meta.labels)
      .slice(0, 64)
      .map(([name, value]) => [name.slice(0, 256), value.slice(0, 1024)]),
  );
}

/** One entry of this container. */
export function entryOf(
  host: string,
  container: WatchedContainer,
  kind: NewEntry['kind'],
  time: string,
  body: Json,
): NewEntry {
  const subjects: Digest[] = container.image === undefined ? [] : [container.image];
  return { kind, time, subjects, workload: workloadOf(host, container.meta), body };
}

/** Cuts what was seen into bodies that fit. */
export function* observations(
  container: WatchedContainer,
  files: readonly FileSeen[],
  network: readonly NetworkSeen[],
): Generator<{ readonly files: readonly FileSeen[]; readonly network: readonly NetworkSeen[]; readonly body: Json }> {
  for (const some of chunks(files)) yield { files: some, network: [], body: bodyOf(container, some, []) };
  for (const some of chunks(network)) yield { files: [], network: some, body: bodyOf(container, [], some) };
}

function bodyOf(container: WatchedContainer, files: readonly FileSeen[], network: readonly NetworkSeen[]): Json {
  return { container: container.display, image: container.image ?? null, files, network };
}

/** About what it takes as JSON; escapes can make six bytes of a character, and an entry has room for four times this. */
function sizeOf(one: FileSeen | NetworkSeen): number {
  const { process } = one;
  const texts = [
    ...('path' in one ? [one.path, one.package ?? ''] : [one.address]),
    ...(process === null ? [] : [process.path, ...process.argv]),
    ...(process?.parents.flatMap((parent) => [parent.path, ...parent.argv]) ?? []),
  ];
  return texts.reduce((sum, text) => sum + 8 + 2 * text.length, 1024);
}

function* chunks<T extends FileSeen | NetworkSeen>(all: readonly T[]): Generator<readonly T[]> {
  let some: T[] = [];
  let size = 0;
  for (const one of all) {
    const bytes = sizeOf(one);
    if (some.length > 0 && size + bytes > bodyBytes) {
      yield some;
      some = [];
      size = 0;
    }
    some.push(one);
    size += bytes;
  }
  if (some.length > 0) yield some;
}
