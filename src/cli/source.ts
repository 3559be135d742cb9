import type { Command } from 'commander';
import { type ImageSource, openSource, type Platform, parsePlatform, parseSource } from '../oci/index.ts';

/** The options every command with a SOURCE takes. */
export interface SourceOptions {
  readonly platform?: string;
  readonly containerd?: string;
}

export const sourceHelp = `
SOURCE:
  oci:DIR[:TAG]               an image layout; TAG where it holds several images
  oci-archive:FILE[:TAG]      the same in a tar
  docker-archive:FILE[:REF]   what docker save writes
  dir:DIR                     a root filesystem
  containerd:[NAMESPACE/]REF  an image containerd has, by name or digest`;

/** Adds SOURCE and its options to a command. */
export function takesSource(command: Command): Command {
  return command
    .argument('<source>', 'the image: oci:, oci-archive:, docker-archive:, dir: or containerd:')
    .option('--platform <os/arch>', 'which image of an index (default: this host’s)')
    .option('--containerd <socket>', 'containerd’s socket, for containerd:REF (default: the usual one)')
    .addHelpText('after', sourceHelp);
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
    // Loaded when asked for: the other sources need none of it.
    openContainerd: async (reference, openSignal) => {
      const { openContainerd } = await import('../containers/index.ts');
      return await openContainerd(options.containerd)(reference, openSignal);
    },
  });
  return { image, ...wanted };
}
