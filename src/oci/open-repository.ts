import { HoldfastError } from '../errors/index.ts';
import { formatSource, type SourceReference } from './reference.ts';
import type { Repository } from './repository.ts';

/** How registries are reached. Everything else comes from the environment: Docker's configuration and proxies. */
export interface RegistryOptions {
  /** Speak plain HTTP. Without it only a loopback host is asked so, and only where it does not speak TLS. */
  readonly plainHttp?: boolean;
  /** PEM: certificates to trust beside the system's. */
  readonly ca?: string;
  /** PEM: shown to the registry itself, to no other host. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

export interface OpenRepositoryOptions extends RegistryOptions {
  readonly signal: AbortSignal;
  /** Make the layout where there is none yet. */
  readonly create?: boolean;
}

/**
 * The repository that a SOURCE lies in: of a registry, or an OCI layout (`oci:DIR`); others can hold nothing attached.
 * `source.reference` is what to `resolve` in it. Dispose of it when done.
 * @throws HoldfastError `usage`, `not-found`, `source-unreadable`, `oci-malformed`
 */
export async function openRepository(source: SourceReference, options: OpenRepositoryOptions): Promise<Repository> {
  options.signal.throwIfAborted();
  throw await Promise.resolve(
    new HoldfastError('registry-unreachable', 'can not be opened yet', { place: formatSource(source) }),
  );
}
