import type { ManifestRow } from '../contents/index.ts';
import type { Json, NewEntry } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import type { ImageEvidence } from './behaviour/evidence.ts';
import type { ProvenanceBody, ProvenanceFault } from './bodies.ts';

/** What today's policies say of the evidence of an image that runs. */
export type ProvenanceState =
  | { readonly state: 'not-checked' }
  | { readonly state: 'pending' }
  | { readonly state: 'good'; readonly detail: string }
  | { readonly state: 'refused'; readonly detail: string }
  /** It could not be told. */
  | { readonly state: 'unavailable'; readonly detail: string };

/** An image as it is asked about: the name it was started by, and the digests that were resolved. */
export interface ProvenImage {
  readonly name: string;
  readonly manifest: Digest;
  /** The index it was reached by: evidence may be attached there, too. */
  readonly index?: Digest;
}

export interface ProvenanceAnswer {
  readonly result: 'allow' | 'deny' | 'undecided';
  /** Of decisions and of the evidence they rest on. */
  readonly cites: readonly Digest[];
  readonly faults: readonly ProvenanceFault[];
  /** What of it is used as long as the image runs; absent where that could not be told. */
  readonly evidence?: ImageEvidence;
}

export interface ProvenanceJudge {
  /** Never throws for what an image, a registry or a policy does. */
  judge(image: ProvenImage, signal: AbortSignal): Promise<ProvenanceAnswer>;
  /** The rows of a signed file manifest that an answer named. @throws HoldfastError where they can't be had */
  files(image: ProvenImage, evidence: Digest, signal: AbortSignal): Promise<readonly ManifestRow[]>;
  /** Changes when a policy, a key or a trusted root changes. */
  version(): string;
}

export interface ProvenanceOptions {
  readonly judge: ProvenanceJudge | undefined;
  readonly now: () => string;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
  readonly record: (entry: NewEntry, done: () => void) => void;
  readonly changed: (manifest: Digest, evidence: ImageEvidence | undefined, detail: string) => void;
  readonly signal: AbortSignal;
  readonly recheckMillis?: number;
}

interface Known {
  readonly state: ProvenanceState;
  /** Asked again from then on. */
  readonly due: number;
  /** A good answer outlives silence until then. */
  readonly goodUntil: number;
  /** Of the policies by which it was judged. */
  readonly version: string;
  readonly evidence: ImageEvidence | undefined;
  /** Of all that is told of it: nothing is written twice. */
  readonly sign: string;
}

/** Evidence is looked for anew so often: a referrer may have come, a certificate's policy may have changed. */
const recheckMillis = 300_000;
const retryMillis = 15_000;
/** A good answer outlives an unreachable registry so long, under the same policies. */
const goodForMillis = 86_400_000;
const mostImages = 4096;
const mostExceptions = 256;

/** Judges each image that runs once, however many containers run it, and again when something changed. One at a time. */
export class Provenances {
  private readonly options: ProvenanceOptions;
  private readonly known = new Map<Digest, Known>();
  private readonly waiting = new Map<Digest, ProvenImage>();
  private working = false;

  constructor(options: ProvenanceOptions) {
    this.options = options;
  }

  of(manifest: Digest | undefined): ProvenanceState {
    if (this.options.judge === undefined || manifest === undefined) return { state: 'not-checked' };
    return this.known.get(manifest)?.state ?? { state: 'pending' };
  }

  /** What of its evidence is used while it runs; undefined: not known. */
  evidenceOf(manifest: Digest | undefined): ImageEvidence | undefined {
    return manifest === undefined ? undefined : this.known.get(manifest)?.evidence;
  }

  /** It runs: it is judged, unless that was done lately under the same policies. */
  want(image: ProvenImage): void {
    const { judge, clock } = this.options;
    if (judge === undefined) return;
    const known = this.known.get(image.manifest);
    if (known !== undefined && known.due > clock() && known.version === judge.version()) return;
    this.waiting.set(image.manifest, image);
    void this.work(judge);
  }

  private async work(judge: ProvenanceJudge): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (const [manifest, image] of this.waiting) {
      if (this.options.signal.aborted) break;
      const version = judge.version();
      const answer = await judge.judge(image, this.options.signal);
      this.waiting.delete(manifest);
      this.settle(image, answer, version);
    }
    this.working = false;
  }

  private settle(image: ProvenImage, answer: ProvenanceAnswer, version: string): void {
    const { clock, now, record, changed, signal } = this.options;
    if (signal.aborted) return;
    const before = this.known.get(image.manifest);
    const kept = answer.result === 'undecided' && before?.version === version && before.goodUntil > clock();
    const state = kept ? before.state : stateOf(answer);
    const again = answer.result === 'undecided' ? retryMillis : (this.options.recheckMillis ?? recheckMillis);
    const goodUntil = kept ? before.goodUntil : state.state === 'good' ? clock() + goodForMillis : 0;
    const evidence = kept ? before.evidence : answer.evidence;
    const used = usedBody(evidence);
    // What is written names only so many exceptions: those beyond count as well.
    const sign = JSON.stringify([state, used, evidence?.exceptions.map((one) => one.evidence)]);
    if (before === undefined && this.known.size >= mostImages) this.forgetOldest();
    this.known.set(image.manifest, { state, due: clock() + again, version, goodUntil, evidence, sign });
    if (before?.sign === sign) return;
    const { manifest, name } = image;
    const body: ProvenanceBody = { image: manifest, name, ...described(state), faults: answer.faults, ...used };
    const cites = [
      ...answer.cites,
      ...(used.profile === null ? [] : [used.profile.evidence]),
      ...used.exceptions.map((one) => one.evidence),
    ];
    const subjects = [...new Set([manifest, ...cites])].slice(0, 256);
    const entry: NewEntry = { kind: 'provenance', time: now(), subjects, body: body satisfies Json };
    record(entry, () => changed(manifest, evidence, described(state).detail));
  }

  private forgetOldest(): void {
    const oldest = this.known.keys().next();
    if (oldest.done !== true) this.known.delete(oldest.value);
  }
}

function stateOf({ result, faults }: ProvenanceAnswer): ProvenanceState {
  const detail = faults
    .map(({ check, code, reason }) => `${check}: ${code}: ${reason}`)
    .join('; ')
    .slice(0, 500);
  if (result === 'allow') return { state: 'good', detail: '' };
  return result === 'deny' ? { state: 'refused', detail } : { state: 'unavailable', detail };
}

/** What is written of the evidence that is used; the documents themselves hang on the image. */
function usedBody(evidence: ImageEvidence | undefined): Pick<ProvenanceBody, 'profile' | 'exceptions' | 'files'> {
  if (evidence === undefined) return { profile: null, exceptions: [], files: [] };
  const { profile, exceptions, files } = evidence;
  return {
    profile:
      profile.state === 'none'
        ? null
        : profile.state === 'given'
          ? { state: 'given', evidence: profile.evidence, digest: profile.digest }
          : { state: 'refused', evidence: profile.evidence, code: profile.code, reason: profile.reason.slice(0, 500) },
    exceptions: exceptions.slice(0, mostExceptions).map(({ evidence: digest, document: { metadata, spec } }) => ({
      evidence: digest,
      name: metadata.name,
      notBefore: spec.notBefore,
      expires: spec.expires,
    })),
    files: files.map((one) => ({ ...one })),
  };
}

function described(state: ProvenanceState): { readonly state: ProvenanceState['state']; readonly detail: string } {
  return { state: state.state, detail: 'detail' in state ? state.detail : '' };
}
