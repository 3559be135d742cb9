import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the demo's pipeline works with. */
export interface Pipeline {
  /** HOST:PORT. */
  readonly registry: string;
  /** The image as it was built: an OCI layout. */
  readonly layout: string;
  /** Of containerd. */
  readonly socket: string;
  readonly scratch: string;
  /** Runs a command of Holdfast in `scratch`, and shows both. @throws when it ends with anything but 0 */
  readonly holdfast: (...args: readonly string[]) => Promise<void>;
  readonly say: (text: string) => void;
}

const recipe = join(import.meta.dirname, 'recipe.yaml');

/** As a pipeline does it: built, recorded, hardened, sealed. Returns the sealed image's name and the policy it is judged by. */
export async function seal(pipeline: Pipeline): Promise<{ readonly image: string; readonly policy: string }> {
  const { registry, layout, socket, scratch, holdfast, say } = pipeline;
  const built = `${registry}/demo/shop:1.0`;
  const image = `${registry}/demo/shop:1.0-hardened`;
  await holdfast('keygen', '--output-prefix', 'release');
  await holdfast('copy', `oci:${layout}:demo`, built);

  say('its own tests exercise it, twice, and what it does is recorded');
  await holdfast('profile', 'record', built, '--recipe', recipe, '--containerd', socket, '-o', 'shop.profile.json');

  say('what that does not need is cut away; the tests pass again on the result, and that is attested');
  const cut = ['--profile', 'shop.profile.json', '--recipe', recipe, '--profile-out', 'hardened.profile.json'];
  await holdfast('harden', built, ...cut, '--containerd', socket, '--key', 'release.key', '-t', image);

  say('SBOM, file manifest, provenance, profile and signature are attached to it');
  await holdfast('seal', image, '--key', 'release.key', '--require-hardened', '--profile', 'hardened.profile.json');

  const policy = join(scratch, 'policy.yaml');
  writeFileSync(policy, trustPolicy(registry));
  await holdfast('verify', image, '--policy', 'policy.yaml');
  return { image, policy };
}

const trustPolicy = (registry: string): string => `apiVersion: holdfast.dev/v1alpha1
kind: TrustPolicy
metadata: {name: shop}
spec:
  images: ["${registry}/demo/**"]
  authorities: [{name: release, keys: [{file: release.pub}]}]
  signature: {authorities: [release]}
  sbom: {authorities: [release]}
  profile: required
  hardened: required
`;
