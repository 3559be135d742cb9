import type { Container } from '../containers/index.ts';
import type { Observation } from '../profile/index.ts';
import type { Behaviour } from './behaviour/behaviour.ts';
import { doubtOf } from './behaviour/doubt.ts';
import { dns, fileObservation, leadsNowhere, networkObservation, type Start } from './behaviour/observation.ts';
import type { FileSeen, NetworkSeen } from './bodies.ts';
import type { ProcessInfo } from './model.ts';
import { type Resolvers, readResolvers } from './resolvers.ts';
import type { Seen } from './seen.ts';

export interface DeedsOf {
  readonly meta: Pick<Container, 'resolvConf'>;
  readonly seen: Seen;
  readonly behaviour: Behaviour | undefined;
}

/** What one container did goes from here to the store, to its profile, and to who asked for it. */
export class Deeds {
  private readonly container: DeedsOf;
  private readonly observe: ((observation: Observation) => void) | undefined;
  private resolvers: Resolvers;

  constructor(container: DeedsOf, observe: ((observation: Observation) => void) | undefined) {
    this.container = container;
    this.observe = observe;
    const { resolvConf } = container.meta;
    if (resolvConf !== undefined) this.resolvers = readResolvers(resolvConf);
  }

  /** Its first program runs, as process `pid` of the host. */
  begin(pid: number): void {
    this.resolvers ??= readResolvers(`/proc/${pid}/root/etc/resolv.conf`);
  }

  /** `isUnclear`: what the image holds is not known. */
  saw(seen: FileSeen, process: () => ProcessInfo, isUnclear = false, start?: Start): void {
    this.container.seen.files.push(seen);
    // Its bytes are judged here; that it was written was said before they were known.
    if (seen.use === 'written' && seen.verdict !== 'none') return;
    const doubt = doubtOf(isUnclear || seen.verdict === 'unknown', seen.snapshot && start !== undefined);
    const key = seen.key === null ? undefined : `${seen.use === 'mapped' ? 'mapping' : 'exec'} ${seen.key}`;
    const observation = fileObservation(seen, start);
    this.observe?.(observation);
    this.container.behaviour?.see(observation, seen.time, process, doubt, key);
  }

  /** A file that ran is written, at once; what it is now is seen when its bytes are known. */
  wrote(seen: FileSeen, process: () => ProcessInfo): void {
    const observation = fileObservation(seen);
    this.observe?.(observation);
    this.container.behaviour?.see(observation, seen.time, process, doubtOf(false));
  }

  connected(seen: NetworkSeen & { readonly process: ProcessInfo }): void {
    const { resolvers } = this;
    this.container.seen.network.push(seen);
    if (leadsNowhere(seen)) return;
    const observation = networkObservation(seen, resolvers);
    const doubt = doubtOf(seen.port === dns && resolvers === undefined);
    this.observe?.(observation);
    this.container.behaviour?.see(observation, seen.time, () => seen.process, doubt, `connection ${seen.key}`);
  }
}
