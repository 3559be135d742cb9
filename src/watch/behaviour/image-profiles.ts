import { HoldfastError } from '../../errors/index.ts';
import type { Digest } from '../../oci/index.ts';
import type { CompiledProfile } from '../../profile/index.ts';
import type { ExceptionEvidence, ImageEvidence } from './evidence.ts';
import type { BehaviourTools } from './tools.ts';

/** What there is to judge the containers of one image by. */
export type ImageProfile =
  | { readonly state: 'pending' }
  /** It could not be told whether there is one. */
  | { readonly state: 'unavailable'; readonly detail: string }
  | { readonly state: 'none' }
  | { readonly state: 'refused'; readonly detail: string }
  | {
      readonly state: 'ready';
      /** Of the profile's canonical bytes. */
      readonly digest: Digest;
      readonly compiled: CompiledProfile;
      readonly exceptions: readonly ExceptionEvidence[];
      /** Those of them that amend it now. */
      readonly amended: readonly Digest[];
    };

interface Known {
  readonly profile: ImageProfile;
  readonly evidence: ImageEvidence | undefined;
  /** Milliseconds since the epoch: an exception begins or ends then, and the profile is compiled anew. */
  readonly until: number;
}

const mostImages = 4096;

/** Each image's profile is compiled once, with the exceptions that amend it, however many containers are judged by it. */
export class ImageProfiles {
  private readonly tools: BehaviourTools;
  private readonly known = new Map<Digest, Known>();

  constructor(tools: BehaviourTools) {
    this.tools = tools;
  }

  of(manifest: Digest | undefined): ImageProfile {
    if (manifest === undefined) return { state: 'unavailable', detail: 'the image has no one manifest digest' };
    return this.known.get(manifest)?.profile ?? { state: 'pending' };
  }

  /** `evidence` undefined: it could not be told. What was known before is no word of today. */
  take(manifest: Digest, evidence: ImageEvidence | undefined, detail: string, now: number): void {
    if (!this.known.has(manifest) && this.known.size >= mostImages) {
      const oldest = this.known.keys().next();
      if (oldest.done !== true) this.known.delete(oldest.value);
    }
    this.known.set(manifest, this.compiled(manifest, evidence, detail, now));
  }

  /** Images of which an exception began or ended: compiled anew. */
  renew(now: number): readonly Digest[] {
    const due = [...this.known].filter(([, { until }]) => now >= until);
    for (const [manifest, { evidence }] of due) this.known.set(manifest, this.compiled(manifest, evidence, '', now));
    return due.map(([manifest]) => manifest);
  }

  private compiled(manifest: Digest, evidence: ImageEvidence | undefined, detail: string, now: number): Known {
    if (evidence === undefined) return known({ state: 'unavailable', detail }, undefined);
    const { profile, exceptions } = evidence;
    switch (profile.state) {
      case 'none':
        return known({ state: 'none' }, evidence);
      case 'refused':
        return known({ state: 'refused', detail: `${profile.code}: ${profile.reason}`.slice(0, 500) }, evidence);
      case 'given': {
        try {
          const given = this.tools.readProfileValue(profile.document, profile.evidence, { subject: manifest });
          const verified = exceptions.map(({ document }) => document);
          const compiled = this.tools.compileProfile(given, { exceptions: { verified, now } });
          const ready = {
            state: 'ready',
            digest: profile.digest,
            compiled,
            exceptions,
            amended: amendedAt(exceptions, now),
          } as const;
          return known(ready, evidence, nextChange(exceptions, now));
        } catch (error) {
          if (!(error instanceof HoldfastError)) throw error;
          return known({ state: 'refused', detail: `${error.code}: ${error.message}`.slice(0, 500) }, evidence);
        }
      }
    }
  }
}

function known(profile: ImageProfile, evidence: ImageEvidence | undefined, until = Number.POSITIVE_INFINITY): Known {
  return { profile, evidence, until };
}

function amendedAt(exceptions: readonly ExceptionEvidence[], now: number): readonly Digest[] {
  return exceptions
    .filter(({ document: { spec } }) => spec.scope.profileAmendment !== undefined)
    .filter(({ document: { spec } }) => now >= Date.parse(spec.notBefore) && now < Date.parse(spec.expires))
    .map(({ evidence }) => evidence);
}

function nextChange(exceptions: readonly ExceptionEvidence[], now: number): number {
  const times = exceptions.flatMap(({ document: { spec } }) => [Date.parse(spec.notBefore), Date.parse(spec.expires)]);
  return Math.min(Number.POSITIVE_INFINITY, ...times.filter((time) => time > now));
}
