import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { HoldfastError } from '../errors/index.ts';
import {
  type ImageSource,
  openSource,
  type Platform,
  parsePlatform,
  parseSource,
  type RegistryOptions,
} from '../oci/index.ts';

/** The options of every command that speaks to a registry. */
export interface RegistryFlags {
  readonly plainHttp?: boolean;
  readonly registryCa?: string;
  readonly registryCert?: string;
  readonly registryKey?: string;
}

/** The options every command with a SOURCE takes. */
export interface SourceOptions extends RegistryFlags {
  readonly platform?: string;
  readonly containerd?: string;
}

export const sourceHelp = `
SOURCE:
  oci:DIR[:TAG]               an image layout; TAG where it holds several images
  oci-archive:FILE[:TAG]      the same in a tar
  docker-archive:FILE[:REF]   what docker save writes
  dir:DIR                     a root filesystem
  containerd:[NAMESPACE/]REF  an image containerd has, by name or digest
  [HOST/]NAME[:TAG][@DIGEST]  an image in a registry; without a HOST on docker.io, without a TAG latest

Registries are asked with the credentials that Docker's configuration (DOCKER_CONFIG) has for exactly that host, through
HTTPS_PROXY and NO_PROXY. Only a registry on loopback may do without TLS; any other needs --plain-http.`;

/** Adds what says how registries are reached. */
export function takesRegistryFlags(command: Command): Command {
  return command
    .option('--plain-http', 'speak to the registry without TLS')
    .option('--registry-ca <file>', 'certificates (PEM) to trust beside the usual ones')
    .option('--registry-cert <file>', 'client certificate (PEM) for the registry')
    .option('--registry-key <file>', 'its private key (PEM)');
}

/** @throws HoldfastError `usage`, `not-found`, `source-unreadable` */
export async function registryOptions(flags: RegistryFlags): Promise<RegistryOptions> {
  const { registryCa, registryCert, registryKey } = flags;
  if ((registryCert === undefined) !== (registryKey === undefined)) {
    throw new HoldfastError('usage', '--registry-cert and --registry-key go together');
  }
  return {
    ...(flags.plainHttp === true ? { plainHttp: true } : {}),
    ...(registryCa === undefined ? {} : { ca: await readPem(registryCa) }),
    ...(registryCert === undefined || registryKey === undefined
      ? {}
      : { clientCertificate: { certificate: await readPem(registryCert), key: await readPem(registryKey) } }),
  };
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'not-found' : 'source-unreadable';
    throw new HoldfastError(code, 'can not be read', { place: file, cause });
  }
}

/** Adds SOURCE and its options to a command. */
export function takesSource(command: Command): Command {
  command
    .argument('<source>', 'the image: in a registry, or oci:, oci-archive:, docker-archive:, dir: or containerd:')
    .option('--platform <os/arch>', 'which image of an index (default: this host’s)')
    .option('--containerd <socket>', 'containerd’s socket, for containerd:REF (default: the usual one)');
  return takesRegistryFlags(command).addHelpText('after', sourceHelp);
}

export interface OpenedSource {
  readonly image: ImageSource;
  readonly platform?: Platform;
}

/** Opens what the command line names. Dispose of the image. @throws HoldfastError as `parseSource`, `parsePlatform`, `openSource` */
export async function openNamed(text: string, options: SourceOptions, signal: AbortSignal): Promise<OpenedSource> {
  const source = parseSource(text);
  const wanted = options.platform === undefined ? {} : { platform: parsePlatform(options.platform) };
  const image = await openSource(source, {
    signal,
    ...wanted,
    ...(await registryOptions(options)),
    // Loaded when asked for: the other sources need none of it.
    openContainerd: async (reference, openSignal) => {
      const { openContainerd } = await import('../containers/index.ts');
      return await openContainerd(options.containerd)(reference, openSignal);
    },
  });
  return { image, ...wanted };
}
