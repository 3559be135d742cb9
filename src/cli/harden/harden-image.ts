import { attest, predicateTypes } from '../../attest/index.ts';
import { HoldfastError } from '../../errors/index.ts';
import { exercise, stageImage } from '../../exercise/index.ts';
import { type Cut, cutImage, hardeningPredicate, type TestsOnResult } from '../../harden/index.ts';
import { type Digest, formatSource, parsePlatform, parseSource } from '../../oci/index.ts';
import { type ExecutionProfile, recipeDigest, writeProfile } from '../../profile/index.ts';
import { about } from '../../seal/index.ts';
import { openImage } from '../evidence/image.ts';
import { type SigningOptions, signingParty } from '../evidence/signing.ts';
import { failuresOf, type OpenedRecipe } from '../profile/recipe.ts';
import { type RegistryFlags, registryOptions } from '../source.ts';
import { version } from '../version.ts';

export interface HardenRequest extends SigningOptions, RegistryFlags {
  readonly image: string;
  readonly target: string;
  readonly platform?: string;
  readonly profile: ExecutionProfile;
  readonly opened: OpenedRecipe;
  readonly tests: boolean;
  readonly containerd: string;
  readonly signal: AbortSignal;
  readonly progress: (what: string) => void;
}

export interface HardenedImage {
  readonly target: string;
  readonly cut: Cut;
  /** Absent: none were asked for. */
  readonly tests?: TestsOnResult;
  /** What says so, signed and attached. */
  readonly evidence?: Digest;
  /** The profile of the result: its canonical bytes. */
  readonly profile: Uint8Array;
}

/** Cut, tested, tagged, attested: in this order, and no further than it goes well. @throws HoldfastError `tests-failed` */
export async function hardenImage(request: HardenRequest): Promise<HardenedImage> {
  const { profile, opened, signal, progress } = request;
  const signs = request.key !== undefined || request.fulcioUrl !== undefined || request.signingConfig !== undefined;
  const party = signs ? await signingParty(request, signal) : undefined;
  await using from = await openImage(request.image, request, signal);
  await using to = await openImage(request.target, request, signal, { create: true });
  if (to.reference === undefined)
    throw new HoldfastError('usage', 'name the result with a tag', { place: request.target });
  const cut = await cutImage({
    store: from.repository,
    target: await from.repository.resolve(from.reference, signal),
    ...(request.platform === undefined ? {} : { platform: parsePlatform(request.platform) }),
    profile,
    recipe: opened.recipe,
    out: to.repository,
    signal,
    progress,
  });
  const tests = request.tests ? await tested(request, cut) : undefined;
  const { bytes } = await to.repository.manifest(cut.manifest.digest, signal);
  await to.repository.pushManifest({ bytes, mediaType: cut.manifest.mediaType, tag: to.reference }, signal);
  const done = {
    target: request.target,
    cut,
    profile: writeProfile(cut.profile),
    ...(tests === undefined ? {} : { tests }),
  };
  if (party === undefined || tests === undefined) return done;
  const predicate = hardeningPredicate({
    cut,
    ...(from.name === undefined ? {} : { name: from.name }),
    profile,
    recipe: recipeDigest(opened.recipe),
    tests,
    toolVersion: version(),
  });
  const statement = about(cut.manifest.digest, predicateTypes.hardening, predicate);
  const { evidence } = await attest(to.repository, cut.manifest, statement, party, signal);
  return { ...done, evidence };
}

/** The recipe's runs and tests once more, on what was written. */
async function tested(
  { target, containerd, opened, signal, progress, ...flags }: HardenRequest,
  cut: Cut,
): Promise<TestsOnResult> {
  const registry = await registryOptions(flags);
  const source = parseSource(target);
  if (!('reference' in source))
    throw new HoldfastError('usage', 'not an image in a registry or layout', { place: target });
  progress('running its tests on the result');
  const named = { ...source, reference: cut.manifest.digest };
  await using staged = await stageImage(named, { ...registry, socket: containerd, signal, progress });
  if (staged.manifest !== cut.manifest.digest)
    throw new HoldfastError('internal', 'another image was staged', { place: formatSource(named) });
  const done = await exercise({ staged, ...opened, registry, signal, progress, repeat: 1 });
  if (done.failed > 0) throw new HoldfastError('tests-failed', `on the hardened image\n${failuresOf(done)}`);
  return { ran: done.passed, passed: done.passed, failed: 0 };
}
