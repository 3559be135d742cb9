import { HoldfastError } from '../errors/index.ts';
import { openLayoutRepository } from './layout/repository.ts';
import { formatSource, type SourceReference } from './reference.ts';
import { openRegistryRepository, type RegistryOptions } from './registry/index.ts';
import type { Repository } from './repository.ts';

export interface OpenRepositoryOptions extends RegistryOptions {
  readonly signal: AbortSignal;
  /** Make the layout where there is none yet. */
  readonly create?: boolean;
}

/**
 * The repository that a SOURCE lies in: of a registry, or an OCI layout (`oci:DIR`); others can hold nothing attached.
 * `source.reference` is what to `resolve` in it. No registry is asked yet. Dispose of it when done.
 * @throws HoldfastError `usage`, `not-found`, `source-unreadable`, `oci-malformed`, `registry-unreachable`
 */
export async function openRepository(source: SourceReference, options: OpenRepositoryOptions): Promise<Repository> {
  options.signal.throwIfAborted();
  if (source.kind === 'registry') return openRegistryRepository(source, options);
  if (source.kind === 'oci') return await openLayoutRepository(source.directory, options.signal, options);
  throw new HoldfastError('usage', 'neither in a registry nor an OCI layout: it can hold nothing attached', {
    place: formatSource(source),
  });
}
