import { type Digest, isDigest } from '../../oci/index.ts';
import type { Connection } from '../api/connection.ts';
import { getImage } from '../api/methods.ts';
import { type ContentStore, contentStore } from '../content.ts';
import type { RunningImage } from '../model.ts';
import { manifestsWithConfig } from './candidates.ts';
import { documentLimit, type ImageDocument, type IndexEntry, type Platform, parseImageDocument } from './document.ts';
import { hostPlatform, suits } from './platform.ts';

/** An index may hold an index, and that one another; deeper is no image. */
const maxDepth = 3;

export interface ResolveOptions {
  readonly platform?: Platform;
  readonly signal?: AbortSignal;
}

/** What a name or digest was resolved to, with what identity needs: the layers' diff ids, from the config. */
export interface ResolvedImage extends RunningImage {
  readonly diffIds?: readonly Digest[];
}

/**
 * Which platform manifest a name of the image store, or a digest that the runtime named, stands for. Reads content and
 * believes no media type. Never guesses: what can't be told is `unreadable` or has `candidates`.
 * @throws HoldfastError `containerd-unreachable`, `containerd-refused`, `containerd-malformed`; the signal's reason
 */
export async function resolveImage(
  connection: Connection,
  namespace: string,
  nameOrDigest: string,
  options: ResolveOptions = {},
): Promise<ResolvedImage> {
  const given = options.signal === undefined ? {} : { signal: options.signal };
  const look = new Lookup(connection, namespace, options.platform ?? hostPlatform(), options.signal);
  const name = nameOrDigest;
  const unknown: ResolvedImage = { name, named: 'unknown', confirmed: false, unreadable: 'image-unknown' };
  // CRI names an image by its config digest too: that name says `config`, whatever manifest its record points to.
  if (isDigest(name)) return { name, named: 'unknown', ...(await look.digest(name)) };
  if (name === '') return unknown;
  const answer = await connection.find(getImage, { name }, { namespace, ...given });
  const target = answer?.image?.target?.digest ?? '';
  return isDigest(target) ? { name, named: 'unknown', ...(await look.digest(target)) } : unknown;
}

type Found = Omit<ResolvedImage, 'name' | 'named'> & { readonly named?: RunningImage['named'] };

class Lookup {
  readonly #connection: Connection;
  readonly #namespace: string;
  readonly #store: ContentStore;
  readonly #platform: Platform;
  readonly #signal: AbortSignal | undefined;

  constructor(connection: Connection, namespace: string, platform: Platform, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#namespace = namespace;
    this.#store = contentStore(connection, namespace);
    this.#platform = platform;
    this.#signal = signal;
  }

  async digest(digest: Digest): Promise<Found> {
    const document = await this.#document(digest);
    switch (document?.kind) {
      case undefined:
        return { confirmed: false, unreadable: 'image-unknown' };
      case 'index':
        return { named: 'index', index: digest, ...(await this.#fromIndex(document.entries)) };
      case 'manifest':
        return { named: 'manifest', ...(await this.#fromManifest(digest, document)) };
      case 'config':
        return { named: 'config', config: digest, ...(await this.#fromConfig(digest)) };
    }
  }

  async #fromIndex(entries: readonly IndexEntry[]): Promise<Found> {
    const best = await this.#choose(entries, 1);
    if (best === undefined) return { confirmed: false, unreadable: 'platform-absent' };
    const document = await this.#document(best.digest);
    if (document?.kind === 'manifest') return await this.#fromManifest(best.digest, document);
    // The index names it, so the key is known; its bytes are not here.
    return { manifest: best.digest, confirmed: false, unreadable: 'image-unknown' };
  }

  /** The manifest of this platform; an entry that does not say its platform is asked for its config's. */
  async #choose(entries: readonly IndexEntry[], depth: number): Promise<Chosen | undefined> {
    let best: Chosen | undefined;
    for (const entry of entries) {
      const chosen = await this.#weigh(entry, depth);
      if (chosen !== undefined && chosen.fit > (best?.fit ?? 0)) best = chosen;
    }
    return best;
  }

  async #weigh(entry: IndexEntry, depth: number): Promise<Chosen | undefined> {
    if (entry.platform !== undefined) {
      const fit = suits(this.#platform, entry.platform);
      if (fit === 0) return undefined;
      const document = await this.#document(entry.digest);
      if (document?.kind !== 'index') return { digest: entry.digest, fit };
      return depth < maxDepth ? await this.#choose(document.entries, depth + 1) : undefined;
    }
    const document = await this.#document(entry.digest);
    if (document?.kind === 'index')
      return depth < maxDepth ? await this.#choose(document.entries, depth + 1) : undefined;
    if (document?.kind !== 'manifest') return undefined;
    const config = await this.#document(document.config);
    return config?.kind === 'config'
      ? { digest: entry.digest, fit: suits(this.#platform, config.platform) }
      : undefined;
  }

  async #fromManifest(manifest: Digest, document: ImageDocument & { readonly kind: 'manifest' }): Promise<Found> {
    const known = { manifest, config: document.config, confirmed: false } as const;
    const config = await this.#document(document.config);
    if (config?.kind !== 'config') return { ...known, unreadable: 'image-unknown' };
    const found: Found = { ...known, diffIds: config.diffIds };
    for (const layer of document.layers) {
      const size = await this.#store.size(layer, this.#signal);
      if (size === undefined) return { ...found, unreadable: 'layers-discarded' };
    }
    return found;
  }

  async #fromConfig(config: Digest): Promise<Found> {
    const candidates = await manifestsWithConfig(this.#connection, this.#namespace, config, this.#signal);
    const [only] = candidates;
    if (only === undefined) return { confirmed: false, unreadable: 'image-unknown' };
    const document = await this.#document(only);
    if (document?.kind !== 'manifest') return { confirmed: false, unreadable: 'image-unknown' };
    const found = await this.#fromManifest(only, document);
    if (candidates.length === 1) return found;
    // Several manifests wrap the same files: identity can be judged by any whose layers are here, provenance by none.
    const { manifest: _, ...rest } = found;
    return { ...rest, candidates };
  }

  async #document(digest: Digest): Promise<ImageDocument | undefined> {
    const bytes = await this.#store.document(digest, documentLimit, this.#signal);
    return bytes === undefined ? undefined : parseImageDocument(bytes);
  }
}

interface Chosen {
  readonly digest: Digest;
  readonly fit: number;
}
