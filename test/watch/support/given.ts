import * as profile from '../../../src/profile/index.ts';
import { type ImageProfile, ImageProfiles } from '../../../src/watch/behaviour/image-profiles.ts';
import { subject } from '../../profile/observations.ts';

const evidence = `sha256:${'e'.repeat(64)}` as typeof subject;

/** What there is to judge by where this profile hangs on the image. */
export function given(of: profile.ExecutionProfile): ImageProfile {
  const profiles = new ImageProfiles(profile);
  const used = { state: 'given', evidence, digest: profile.profileDigest(of), document: profile.profileDocument(of) };
  profiles.take(subject, { manifest: subject, profile: used, exceptions: [], files: [] } as never, '', 0);
  return profiles.of(subject);
}
