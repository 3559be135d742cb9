import type { Digest } from '../../oci/index.ts';
import type { Drift, Observation } from '../../profile/index.ts';
import type { ProcessInfo } from '../model.ts';
import { type DriftFinding, driftFinding, observationOf, type SeenAt } from './drift.ts';
import type { ImageProfile } from './image-profiles.ts';
import { debugSessionAt } from './session.ts';
import type { BehaviourTools } from './tools.ts';

/** Does the container stay inside its signed profile? Only facts: the verdict's word is made of them elsewhere. */
export type BehaviourState =
  /** No policy was given. */
  { readonly state: 'not-checked' } | BehaviourFacts;

export type BehaviourFacts = {
  readonly state: ImageProfile['state'];
  readonly detail: string;
  /** The profile it is judged by. */
  readonly profile: Digest | null;
  /** Ids of the findings that count; the first of them. */
  readonly drifts: readonly string[];
  /** Findings that a debug session explains, and that do not count. */
  readonly excused: readonly string[];
  /** Drift beyond those. */
  readonly more: number;
  /** What was seen and could not be judged: too much before the profile was there, bytes that nobody could tell. */
  readonly unjudged: number;
};

interface Kept extends SeenAt {
  /** The image's contents, the file's bytes, or the container's resolvers are not known. */
  readonly uncertain: boolean;
}

/** What would be no drift if more were known. */
const uncertain: ReadonlySet<string> = new Set(['process-other-bytes', 'file-other-bytes', 'connection-other-peer']);

/** So much of one container is kept to be judged again by another profile; beyond, only what drifted. */
const keptMax = 4096;
/** Findings of one container; what drifts beyond is counted. */
const findingsMax = 1000;
/** Ids that a state names: it is written anew whenever it changes. */
const namedMax = 256;

/** One container's behaviour: what it did, judged by its image's profile as soon as there is one, and by each that follows. */
export class Behaviour {
  private readonly tools: BehaviourTools;
  /** `namespace/id`, and what tells apart containers that bear one id. */
  private readonly container: string;
  private readonly key: string;
  private readonly workload: readonly string[];
  private readonly kept: Kept[] = [];
  private readonly told = new Set<string>();
  private readonly drifts = new Set<string>();
  private readonly excused = new Set<string>();
  private profile: ImageProfile = { state: 'pending' };
  private image: Digest | undefined;
  private findings: DriftFinding[] = [];
  private more = 0;
  private unjudged = 0;
  /** Came while nothing could judge it, and no longer fitted. */
  private forgotten = 0;

  constructor(tools: BehaviourTools, container: string, key: string, workload: readonly string[]) {
    this.tools = tools;
    this.container = container;
    this.key = key;
    this.workload = workload;
  }

  see(observation: Observation, time: string, process: () => ProcessInfo, isUncertain: boolean): void {
    const { profile } = this;
    const keeps = this.kept.length < keptMax;
    const drift = profile.state === 'ready' ? this.tools.judgeObservation(profile.compiled, observation) : undefined;
    if (!keeps && (drift === undefined || drift === 'allowed')) {
      if (drift === undefined) this.forgotten++;
      return;
    }
    const seen = { observation, time, process: process(), uncertain: isUncertain };
    if (this.kept.length < keptMax + findingsMax) this.kept.push(seen);
    if (drift !== undefined && drift !== 'allowed') this.drifted(drift, seen);
  }

  /** From now on by this; what was seen so far is judged by it too. */
  judgeBy(profile: ImageProfile, image: Digest | undefined): void {
    if (profile === this.profile) return;
    this.profile = profile;
    this.image = image;
    if (profile.state !== 'ready') return;
    this.drifts.clear();
    this.excused.clear();
    this.more = 0;
    this.unjudged = 0;
    for (const seen of this.kept) {
      const drift = this.tools.judgeObservation(profile.compiled, seen.observation);
      if (drift !== 'allowed') this.drifted(drift, seen);
    }
  }

  /** What an earlier agent found. */
  resume(found: readonly DriftFinding[]): void {
    for (const { id, time, process, observation } of found) {
      this.told.add(id);
      this.drifts.add(id);
      this.kept.push({ observation: observationOf(observation), time, process, uncertain: false });
    }
  }

  get hasFindings(): boolean {
    return this.findings.length > 0;
  }

  /** New findings since the last call. */
  takeFindings(): readonly DriftFinding[] {
    const found = this.findings;
    this.findings = [];
    return found;
  }

  get state(): BehaviourFacts {
    const { profile, drifts, excused, more } = this;
    return {
      state: profile.state,
      detail: 'detail' in profile ? profile.detail : '',
      profile: profile.state === 'ready' ? profile.digest : null,
      drifts: [...drifts].slice(0, namedMax),
      excused: [...excused].slice(0, namedMax),
      more: more + Math.max(0, drifts.size - namedMax),
      unjudged: this.unjudged + this.forgotten,
    };
  }

  private drifted(drift: Drift, seen: Kept): void {
    const { profile, image } = this;
    if (profile.state !== 'ready' || image === undefined) return;
    // Its path is the profile's, and its bytes, or whether this is its resolver, nobody could tell: no drift, and no proof
    // that there is none.
    if (seen.uncertain && uncertain.has(drift.code)) {
      this.unjudged++;
      return;
    }
    const session = debugSessionAt(profile.exceptions, this.workload, seen.time);
    const finding = driftFinding(drift, seen, {
      key: this.key,
      container: this.container,
      image,
      profile: profile.digest,
      amendment: drift.amendment === undefined ? null : this.tools.formatAmendment(drift.amendment),
      session: session === undefined ? null : { evidence: session.evidence, name: session.document.metadata.name },
    });
    if (!this.told.has(finding.id)) {
      if (this.told.size >= findingsMax) {
        this.more++;
        return;
      }
      this.told.add(finding.id);
      this.findings.push(finding);
    }
    (session === undefined ? this.drifts : this.excused).add(finding.id);
  }
}
