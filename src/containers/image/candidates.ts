import { HoldfastError } from '../../errors/index.ts';
import { type Digest, isDigest } from '../../oci/index.ts';
import type { Connection } from '../api/connection.ts';
import { listContent } from '../api/methods.ts';
import { contentStore } from '../content.ts';
import { chainId } from './chain.ts';
import { type ImageDocument, readImageDocument } from './document.ts';

/** More are never read for one question. */
const maxCandidates = 1000;

/**
 * All manifests of a namespace's content store whose config this is, sorted. containerd labels each manifest with its
 * children (containerd.io/gc.ref.content.*, docs/garbage-collection.md there), so that the store itself can be asked;
 * the label is only a pointer: each manifest is read.
 * @throws HoldfastError `containerd-unreachable`, `containerd-refused`, `containerd-malformed`
 */
export async function manifestsWithConfig(
  connection: Connection,
  namespace: string,
  config: Digest,
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  // `config` since 1.3; `0` was its number before.
  const labels = ['config', '0'].map((child) => `containerd.io/gc.ref.content.${child}`);
  const filters = labels.map((label) => labelled(label, config));
  const found: Digest[] = [];
  for await (const [digest, document] of documents(connection, namespace, filters, signal)) {
    if (document.kind === 'manifest' && document.config === config) found.push(digest);
  }
  return found.sort();
}

/**
 * All manifests whose unpacked layers are this snapshot, sorted. containerd labels the config it unpacked with the
 * snapshot that came of it.
 * @throws HoldfastError `containerd-unreachable`, `containerd-refused`, `containerd-malformed`
 */
export async function manifestsOnSnapshot(
  connection: Connection,
  namespace: string,
  snapshot: { readonly snapshotter: string; readonly parent: string },
  signal: AbortSignal,
): Promise<readonly Digest[]> {
  const chain = snapshot.parent.slice(0, 'sha256:'.length + 64);
  if (!isDigest(chain)) return [];
  const filters = [labelled(`containerd.io/gc.ref.snapshot.${snapshot.snapshotter}`, chain)];
  const found = new Set<Digest>();
  for await (const [config, document] of documents(connection, namespace, filters, signal)) {
    if (document.kind !== 'config' || chainId(document.diffIds) !== chain) continue;
    for (const manifest of await manifestsWithConfig(connection, namespace, config, signal)) found.add(manifest);
  }
  return [...found].sort();
}

async function* documents(
  connection: Connection,
  namespace: string,
  filters: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly [Digest, ImageDocument], void, void> {
  const pointed = new Set<Digest>();
  for await (const { info } of connection.stream(listContent, { filters }, { namespace, timeout: 15_000, signal })) {
    for (const { digest } of info) if (isDigest(digest) && pointed.size < maxCandidates) pointed.add(digest);
  }
  const store = contentStore(connection, namespace);
  for (const digest of pointed) {
    const document = await readImageDocument(store, digest, signal).catch(nothingOf);
    if (document !== undefined) yield [digest, document];
  }
}

/** A document that makes no sense, or goes while we look, is no candidate; that containerd fails us is another matter. */
function nothingOf(error: unknown): undefined {
  if (error instanceof HoldfastError && !error.code.startsWith('containerd-')) return undefined;
  throw error;
}

/** containerd's filter syntax; both parts quoted as Go strings. */
function labelled(label: string, value: string): string {
  return `labels.${JSON.stringify(label)}==${JSON.stringify(value)}`;
}
