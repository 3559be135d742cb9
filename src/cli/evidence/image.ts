import type { Command } from 'commander';
import { formatSource, openRepository, parseSource, type Repository, type SourceReference } from '../../oci/index.ts';
import { type RegistryFlags, registryOptions, takesRegistryFlags } from '../source.ts';

export const imageHelp = `
IMAGE:
  [HOST/]NAME[:TAG][@DIGEST]  in a registry; without a HOST on docker.io, without a TAG latest
  oci:DIR[:TAG]               in an OCI layout`;

/** Adds IMAGE to a command: what can hold evidence beside it. */
export function takesImage(command: Command): Command {
  return takesRegistryFlags(command.argument('<image>', 'in a registry, or oci:DIR[:TAG]')).addHelpText(
    'after',
    imageHelp,
  );
}

export interface OpenedImage extends AsyncDisposable {
  readonly repository: Repository;
  /** Tag or digest. */
  readonly reference: string | undefined;
  /** As a policy or an SBOM names it; undefined for a layout. */
  readonly name: string | undefined;
  /** As it was given. */
  readonly text: string;
}

/** @throws HoldfastError as `parseSource` and `openRepository` */
export async function openImage(
  text: string,
  flags: RegistryFlags,
  signal: AbortSignal,
  options: { readonly create?: boolean } = {},
): Promise<OpenedImage> {
  const source = parseSource(text);
  const repository = await openRepository(source, { ...(await registryOptions(flags)), signal, ...options });
  return {
    repository,
    reference: 'reference' in source ? source.reference : undefined,
    name: nameOf(source),
    text,
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  };
}

function nameOf(source: SourceReference): string | undefined {
  if (source.kind !== 'registry') return undefined;
  return formatSource(source);
}
