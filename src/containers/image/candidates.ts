import { type Digest, isDigest } from '../../oci/index.ts';
import type { Connection } from '../api/connection.ts';
import { listContent } from '../api/methods.ts';
import { contentStore } from '../content.ts';
import { parseImageDocument } from './document.ts';

const documentLimit = 4 << 20;
const maxCandidates = 1000;

/**
 * All manifests of a namespace's content store whose config this is, sorted. containerd labels each manifest with its
 * children (containerd.io/gc.ref.content.*, docs/garbage-collection.md there), so that the store itself can be asked;
 * the label is only a pointer: each manifest is read.
 * @throws HoldfastError `containerd-unreachable`, `containerd-malformed`
 */
export async function manifestsWithConfig(
  connection: Connection,
  namespace: string,
  config: Digest,
  signal?: AbortSignal,
): Promise<readonly Digest[]> {
  // `config` since 1.3; `0` was its number before.
  const filters = ['config', '0'].map((child) => `labels."containerd.io/gc.ref.content.${child}"==${config}`);
  const options = { namespace, timeout: 15_000, ...(signal === undefined ? {} : { signal }) };
  const pointed = new Set<Digest>();
  for await (const { info } of connection.stream(listContent, { filters }, options)) {
    for (const { digest } of info) if (isDigest(digest) && pointed.size < maxCandidates) pointed.add(digest);
  }
  const store = contentStore(connection, namespace);
  const found: Digest[] = [];
  for (const digest of pointed) {
    const bytes = await store.document(digest, documentLimit, signal);
    const document = bytes === undefined ? undefined : parseImageDocument(bytes);
    if (document?.kind === 'manifest' && document.config === config) found.push(digest);
  }
  return found.sort();
}
