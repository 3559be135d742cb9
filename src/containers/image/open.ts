import { HoldfastError } from '../../errors/index.ts';
import { type Descriptor, type Digest, isDigest, type NamedContent } from '../../oci/index.ts';
import { type Connection, connect } from '../api/connection.ts';
import { getImage, listNamespaces } from '../api/methods.ts';
import { contentStore } from '../content.ts';
import { manifestsWithConfig } from './candidates.ts';
import { readImageDocument } from './document.ts';

/** Where containerd listens unless told otherwise. */
export const defaultSocket = '/run/containerd/containerd.sock';

/** Namespaces that are looked in when the reference names none: `ctr`'s default and Kubernetes'. */
const usualNamespaces = ['default', 'k8s.io'];

/**
 * For `openSource`'s `openContainerd`: opens `[NAMESPACE/]REF`, REF a name of the image store or a digest (of an index, a
 * manifest or a config). The whole text is tried as REF in `default` and `k8s.io` first; its first segment counts as
 * NAMESPACE when containerd has one of that name. Disposing of the answer closes the connection.
 * @throws HoldfastError `not-found`, `source-ambiguous` where it means several images, `containerd-unreachable`,
 * `containerd-refused`, `containerd-malformed`, `oci-malformed`
 */
export function openContainerd(
  socket: string = defaultSocket,
): (reference: string, signal: AbortSignal) => Promise<NamedContent> {
  return async (reference, signal) => {
    const connection = connect(socket);
    try {
      const found = await find(connection, reference, signal);
      const close = () => Promise.resolve(connection.close());
      return { store: contentStore(connection, found.namespace), target: found.target, [Symbol.asyncDispose]: close };
    } catch (error) {
      connection.close();
      throw error;
    }
  };
}

interface Found {
  readonly namespace: string;
  readonly target: Descriptor;
}

async function find(connection: Connection, reference: string, signal: AbortSignal): Promise<Found> {
  const { namespaces } = await connection.call(listNamespaces, {}, { signal });
  const present = new Set(namespaces.map(({ name }) => name));
  const slash = reference.indexOf('/');
  const readings = usualNamespaces.map((namespace) => ({ namespace, name: reference }));
  if (slash > 0) readings.push({ namespace: reference.slice(0, slash), name: reference.slice(slash + 1) });
  const found: Found[] = [];
  for (const { namespace, name } of readings) {
    const target = present.has(namespace) ? await targetOf(connection, namespace, name, signal) : undefined;
    if (target !== undefined) found.push({ namespace, target });
  }
  const [first, ...others] = found;
  const place = `containerd:${reference}`;
  if (first === undefined) {
    throw new HoldfastError('not-found', `containerd has no such image (namespaces: ${[...present].join(', ')})`, {
      place,
    });
  }
  const other = others.find(({ target }) => target.digest !== first.target.digest);
  if (other !== undefined) {
    const both = [first, other].map(({ namespace, target }) => `${target.digest} in ${namespace}`).join(', ');
    throw new HoldfastError('source-ambiguous', `means several images: ${both}; put the namespace before it`, {
      place,
    });
  }
  return first;
}

async function targetOf(
  connection: Connection,
  namespace: string,
  name: string,
  signal: AbortSignal,
): Promise<Descriptor | undefined> {
  if (name === '') return undefined;
  if (isDigest(name)) return await ofDigest(connection, namespace, name, signal);
  const answer = await connection.find(getImage, { name }, { namespace, signal });
  const digest = answer?.image?.target?.digest ?? '';
  return isDigest(digest) ? await ofDigest(connection, namespace, digest, signal) : undefined;
}

async function ofDigest(
  connection: Connection,
  namespace: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<Descriptor | undefined> {
  const store = contentStore(connection, namespace);
  const document = await readImageDocument(store, digest, signal);
  if (document?.kind !== 'config') return document?.descriptor;
  const candidates = await manifestsWithConfig(connection, namespace, digest, signal);
  const [only, ...others] = candidates;
  if (only === undefined) return undefined;
  if (others.length > 0) {
    const message = `several manifests have this config: ${candidates.join(', ')}`;
    throw new HoldfastError('source-ambiguous', message, { place: `${namespace}/${digest}` });
  }
  const manifest = await readImageDocument(store, only, signal);
  return manifest?.kind === 'manifest' ? manifest.descriptor : undefined;
}
