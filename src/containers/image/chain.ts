import { type Digest, digestOf } from '../../oci/index.ts';

/** What names the whole stack of layers (OCI image-spec, config.md, "Layer ChainID"); undefined = no layers. */
export function chainId(diffIds: readonly Digest[]): Digest | undefined {
  let chain: Digest | undefined;
  for (const diffId of diffIds) {
    chain = chain === undefined ? diffId : digestOf(Buffer.from(`${chain} ${diffId}`));
  }
  return chain;
}

/** Whether a snapshot's parent is this stack; one remapped for user namespaces is named by the chain, then uid and gid. */
export function standsOn(parent: string, diffIds: readonly Digest[]): boolean {
  const chain = chainId(diffIds);
  return chain === undefined ? parent === '' : parent === chain || parent.startsWith(`${chain}-`);
}
