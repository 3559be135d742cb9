import {
  type Because,
  type Behaviour,
  type Coverage,
  type Identity,
  type NonEmpty,
  notYetJudged,
  type Provenance,
  type ReasonFor,
  type Terms,
} from '../../verdict/index.ts';
import {
  type BehaviourState,
  type ContainerState,
  type CoverageCause,
  gapSentence,
  type IdentityState,
  type MissingHash,
  type MissingManifest,
} from '../../watch/index.ts';

type UnknownIdentity = ReasonFor<'identity', 'unknown'>;
type CoverageReason = ReasonFor<'coverage', 'unknown'>;

/** What the agent knows of a container, as the five terms of its verdict. */
export function termsOf(state: ContainerState): Terms {
  return {
    ...notYetJudged,
    identity: identityTerm(state.identity),
    behaviour: behaviourTerm(state.behaviour),
    provenance: provenanceTerm(state),
    coverage: coverageTerm(state),
  };
}

function identityTerm(identity: IdentityState): Identity {
  const unknown = unknownReasons(identity);
  if (identity.findings.length > 0)
    return {
      state: 'drifted',
      reasons: [{ code: 'file-drifted', findings: identity.findings }],
      ...(isNonEmpty(unknown) ? { unknown } : {}),
    };
  return isNonEmpty(unknown) ? { state: 'unknown', reasons: unknown } : { state: 'good' };
}

function unknownReasons(identity: IdentityState): readonly Because<UnknownIdentity>[] {
  const byCode = new Map<UnknownIdentity, string[]>();
  const add = (code: UnknownIdentity, detail: string): void => {
    byCode.set(code, [...(byCode.get(code) ?? []), detail]);
  };
  const { image } = identity;
  if (image === 'reading') add('contents-pending', 'the image is being read');
  else if (image !== 'ready' && image !== 'ambiguous') add(missing[image], image);
  for (const [reason, count] of identity.unknown)
    if (reason !== image) add(missing[reason], `${reason}: ${count} ${count === 1 ? 'file' : 'files'}`);
  return [...byCode].map(([code, details]) => ({ code, detail: details.join(', ') }));
}

const missing: Readonly<Record<MissingHash | MissingManifest, UnknownIdentity>> = {
  'hash-too-big': 'file-not-hashed',
  'hash-too-slow': 'file-not-hashed',
  'hash-gone': 'file-not-hashed',
  'hash-changing': 'file-not-hashed',
  'hash-error': 'file-not-hashed',
  'hash-backlog': 'file-not-hashed',
  'hash-late': 'file-not-hashed',
  'not-hashed': 'file-not-hashed',
  'layers-discarded': 'layers-discarded',
  'image-unknown': 'image-unknown',
  'image-moved': 'image-unknown',
  'platform-absent': 'image-unknown',
  'runtime-unreachable': 'runtime-unreachable',
  'image-unreadable': 'contents-unreadable',
  'container-unknown': 'image-unknown',
  'image-late': 'contents-pending',
};

function behaviourTerm(behaviour: BehaviourState): Behaviour {
  if (behaviour.state === 'not-checked') return notYetJudged.behaviour;
  const { state, detail, drifts, more, unjudged } = behaviour;
  if (drifts.length > 0) {
    const beyond = more === 0 ? {} : { detail: `and ${more} more` };
    return { state: 'drifted', reasons: [{ code: 'behaviour-drifted', ...beyond, findings: drifts }] };
  }
  switch (state) {
    case 'none':
      return { state: 'unverified', reasons: [{ code: 'no-signed-profile' }] };
    case 'refused':
      return { state: 'unverified', reasons: [{ code: 'profile-refused', detail }] };
    case 'pending':
      return { state: 'unknown', reasons: [{ code: 'profile-pending' }] };
    case 'unavailable':
      return { state: 'unknown', reasons: [{ code: 'profile-unavailable', detail }] };
    case 'ready': {
      if (unjudged === 0) return { state: 'good' };
      return { state: 'unknown', reasons: [{ code: 'behaviour-not-judged', detail: `${unjudged} things` }] };
    }
  }
}

function provenanceTerm({ identity, provenance }: ContainerState): Provenance {
  if (identity.image === 'ambiguous') return { state: 'unknown', reasons: [{ code: 'provenance-ambiguous' }] };
  switch (provenance.state) {
    case 'not-checked':
      return notYetJudged.provenance;
    case 'pending':
      return { state: 'unknown', reasons: [{ code: 'provenance-pending' }] };
    case 'good':
      return { state: 'good' };
    case 'refused':
      return { state: 'unverified', reasons: [{ code: 'provenance-refused', detail: provenance.detail }] };
    case 'unavailable':
      return { state: 'unknown', reasons: [{ code: 'provenance-unavailable', detail: provenance.detail }] };
  }
}

const coverageReason: Readonly<Record<CoverageCause, CoverageReason>> = {
  ring: 'events-lost',
  perf: 'events-lost',
  fanotify: 'events-lost',
  queue: 'events-lost',
  'mark-late': 'mark-late',
  older: 'older-than-agent',
  'exec-limit': 'limit-reached',
  'file-limit': 'limit-reached',
  'connection-limit': 'limit-reached',
  'mapping-limit': 'limit-reached',
  'hash-backlog': 'events-lost',
  'volume-late': 'mark-late',
  'mark-failed': 'mark-failed',
  'sequence-hole': 'events-lost',
  'sensor-restart': 'not-watched',
  'frame-undecodable': 'events-lost',
  'agent-restart': 'not-watched',
  'containerd-away': 'not-watched',
  'sensor-lacks': 'kernel-blind',
  'never-shown': 'not-watched',
  'queue-full': 'events-lost',
  'store-full': 'events-lost',
};

function coverageTerm(state: ContainerState): Coverage {
  const byCode = new Map<CoverageReason, string[]>();
  for (const cause of state.coverage.reasons) {
    const code = coverageReason[cause];
    byCode.set(code, [...(byCode.get(code) ?? []), `${cause}: ${gapSentence(cause)}`]);
  }
  const reasons = [...byCode].map(([code, details]) => ({ code, detail: details.join(' ') }));
  return isNonEmpty(reasons) ? { state: 'insufficient', reasons } : { state: 'sufficient' };
}

function isNonEmpty<T>(list: readonly T[]): list is NonEmpty<T> {
  return list.length > 0;
}
