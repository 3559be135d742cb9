import type { Digest } from '../../oci/index.ts';
import type { Drift, Observation } from '../../profile/index.ts';
import type { ProcessInfo } from '../model.ts';
import { type Doubt, noDoubt } from './doubt.ts';
import { type DriftFinding, driftFinding, observationOf } from './drift.ts';
import type { ImageProfile } from './image-profiles.ts';
import { type Basis, basisOf, isWidened, type Kept } from './kept.ts';
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
  /** What a debug session excuses, by the kernel's key: done again after it, it is known, and only counted. */
  private readonly excusedKeys = new Map<string, Kept>();
  private profile: ImageProfile = { state: 'pending' };
  private image: Digest | undefined;
  private findings: DriftFinding[] = [];
  private more = 0;
  private unjudged = 0;
  /** Came while nothing could judge it, and no longer fitted. */
  private forgotten = 0;
  /** Judged by `basis` alone: it no longer fitted. */
  private unkeptAllowed = 0;
  private unkeptDrifts = 0;
  private basis: Basis | undefined;

  constructor(tools: BehaviourTools, container: string, key: string, workload: readonly string[]) {
    this.tools = tools;
    this.container = container;
    this.key = key;
    this.workload = workload;
  }

  see(observation: Observation, time: string, process: () => ProcessInfo, doubt: Doubt, key?: string): void {
    const { profile } = this;
    const drift = profile.state === 'ready' ? this.tools.judgeObservation(profile.compiled, observation) : undefined;
    const isDrift = drift !== undefined && drift !== 'allowed';
    const keeps = this.kept.length < (isDrift ? keptMax + findingsMax : keptMax);
    if (!keeps) {
      if (drift === undefined) this.forgotten++;
      else if (isDrift) this.unkeptDrifts++;
      else this.unkeptAllowed++;
      if (!isDrift) return;
    }
    const seen = { observation, time, process: process(), doubt, ...(key === undefined ? {} : { key }) };
    if (keeps) this.kept.push(seen);
    if (isDrift) this.drifted(drift, seen);
  }

  /** The kernel counted more of what it knows by this key, at last at `time`: a debug session excuses what is in its time. */
  again(key: string, time: string): void {
    const { profile } = this;
    const before = this.excusedKeys.get(key);
    if (before === undefined || profile.state !== 'ready') return;
    if (debugSessionAt(profile.exceptions, this.workload, time) !== undefined) return;
    this.excusedKeys.delete(key);
    // Which process it was this time is not told: one of this program.
    const process = { ...before.process, pid: 0, parents: [] };
    this.see(before.observation, time, () => process, before.doubt);
  }

  /** Something was done of which not all that matters was told. */
  missed(): void {
    this.forgotten++;
  }

  /** From now on by this; what was seen so far is judged by it too. */
  judgeBy(profile: ImageProfile, image: Digest | undefined): void {
    if (profile === this.profile) return;
    this.profile = profile;
    this.image = image;
    if (profile.state !== 'ready') return;
    const basis = basisOf(profile);
    if (this.basis !== undefined && !isWidened(this.basis, basis)) {
      this.forgotten += this.unkeptAllowed;
      this.unkeptAllowed = 0;
    }
    this.forgotten += this.unkeptDrifts;
    this.unkeptDrifts = 0;
    this.basis = basis;
    this.drifts.clear();
    this.excused.clear();
    this.excusedKeys.clear();
    this.more = 0;
    this.unjudged = 0;
    for (const seen of this.kept) {
      const drift = this.tools.judgeObservation(profile.compiled, seen.observation);
      if (drift !== 'allowed') this.drifted(drift, seen);
    }
  }

  /** What an earlier agent found. */
  resume(found: readonly DriftFinding[]): void {
    for (const { id, time, process, observation, session } of found) {
      this.told.add(id);
      (session === null ? this.drifts : this.excused).add(id);
      this.kept.push({ observation: observationOf(observation), time, process, doubt: noDoubt });
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
    // No drift, and no proof that there is none.
    if (seen.doubt.has(drift.code)) {
      this.unjudged++;
      return;
    }
    const session = debugSessionAt(profile.exceptions, this.workload, seen.time);
    if (session !== undefined && seen.key !== undefined) this.excusedKeys.set(seen.key, seen);
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
