import type { Command } from 'commander';
import { attestLimits, parsePublicKey, parseTrustedRoot, type Trust } from '../../attest/index.ts';
import { readBounded } from '../../files/index.ts';
import { many } from './pairs.ts';

export interface TrustFlags {
  readonly publicKey?: readonly string[];
  readonly trustedRoot?: readonly string[];
}

/** Adds the options that say whom to believe. */
export function takesTrust(command: Command): Command {
  return command
    .option('--public-key <file>', 'check signatures by this key (PEM); may be repeated', many)
    .option('--trusted-root <file>', 'check keyless signatures under this trusted root; may be repeated', many);
}

/** undefined = no one was named. @throws HoldfastError `not-found`, `file-unreadable`, `key-malformed`, `trusted-root-malformed` */
export async function trustOf({ publicKey = [], trustedRoot = [] }: TrustFlags): Promise<Trust | undefined> {
  if (publicKey.length + trustedRoot.length === 0) return undefined;
  const keys = await Promise.all(
    publicKey.map(async (path) =>
      parsePublicKey((await readBounded(path, attestLimits.keyBytes)).toString('utf8'), path),
    ),
  );
  const roots = await Promise.all(
    trustedRoot.map(async (path) => parseTrustedRoot(await readBounded(path, attestLimits.rootBytes), path)),
  );
  return { keys, roots };
}
