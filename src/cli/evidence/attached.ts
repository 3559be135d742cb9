import { type Evidence, gatherEvidence, type Trust } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { type Digest, parsePlatform, selectImage } from '../../oci/index.ts';
import type { RegistryFlags } from '../source.ts';
import { openImage } from './image.ts';

export interface PlatformFlags extends RegistryFlags {
  readonly platform?: string;
}

/** What hangs on one platform's image and verifies, or does not. @throws HoldfastError as `openImage`, `selectImage`, `gatherEvidence` */
export async function attachedEvidence(
  text: string,
  flags: PlatformFlags,
  trust: Trust,
  signal: AbortSignal,
): Promise<{ readonly manifest: Digest; readonly evidence: readonly Evidence[] }> {
  await using image = await openImage(text, flags, signal);
  const target = await image.repository.resolve(image.reference, signal);
  const { manifest } = (
    await selectImage(image.repository, target, {
      signal,
      ...(flags.platform === undefined ? {} : { platform: parsePlatform(flags.platform) }),
    })
  ).identity;
  if (manifest === undefined) throw new HoldfastError('internal', 'an image without a manifest');
  return { manifest, evidence: await gatherEvidence(image.repository, manifest, trust, signal) };
}
