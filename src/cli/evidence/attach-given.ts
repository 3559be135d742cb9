import { type Attached, attest } from '../../attest/index.ts';
import type { Descriptor, Digest, Repository } from '../../oci/index.ts';
import type { PartStatement } from '../../seal/index.ts';
import { printable, write, writeJson } from '../output/index.ts';
import { type SigningOptions, signingParty } from './signing.ts';

export interface ToAttach {
  readonly image: Descriptor;
  readonly said: PartStatement;
}

/**
 * Signs and attaches what was found good for each image before, and says so.
 * @throws HoldfastError as `signingParty`, `attest`
 */
export async function attachGiven(
  repository: Repository,
  all: readonly ToAttach[],
  options: SigningOptions & { readonly json?: true },
  signal: AbortSignal,
): Promise<void> {
  const party = await signingParty(options, signal);
  const done: ({ readonly digest: Digest } & Attached)[] = [];
  for (const { image, said } of all) {
    const attached = await attest(repository, image, said.statement, party, signal);
    done.push({ digest: image.digest, ...attached });
    if (options.json) continue;
    const line = `${repository.name}@${image.digest}: ${said.part} ${attached.outcome}`;
    await write(`${printable(line)}\n  bundle ${attached.evidence}\n`);
  }
  if (options.json) await writeJson({ attached: done });
}
