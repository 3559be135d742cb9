import type { ArgumentEntry, ExecutionProfile, FileEntry, InboundEntry, OutboundEntry, Seen } from '../model.ts';
import { parsePeer } from '../network/index.ts';
import { hasPlaceholder, isWild } from '../pattern/index.ts';

/** Everything that is allowed, one entry each. */
export function entriesOf(
  profile: Pick<ExecutionProfile, 'processes' | 'files' | 'outbound' | 'inbound' | 'memory'>,
): readonly Seen[] {
  const { processes, files, outbound, inbound, memory } = profile;
  const lists = processes.flatMap((one) => one.arguments);
  return [...lists, ...files, ...outbound, ...inbound, ...(memory === undefined ? [] : [memory])];
}

/** How many entries stand for more than one thing. */
export function wildcardsOf(profile: Pick<ExecutionProfile, 'processes' | 'files' | 'outbound' | 'inbound'>): number {
  const { processes, files, outbound, inbound } = profile;
  const lists = processes.flatMap((one) => one.arguments).filter(isWideList).length;
  const peers = outbound.filter(isWidePeer).length;
  return lists + files.filter(isWideFile).length + peers + inbound.filter(isWidePort).length;
}

export function isWideList({ pattern }: Pick<ArgumentEntry, 'pattern'>): boolean {
  return pattern.some((one) => one === '**' || hasPlaceholder(one));
}

export function isWideFile({ pattern }: Pick<FileEntry, 'pattern'>): boolean {
  return isWild(pattern);
}

export function isWidePeer(entry: Pick<OutboundEntry, 'peer' | 'port'>): boolean {
  const peer = parsePeer(entry.peer);
  return isWidePort(entry) || (peer?.kind === 'cidr' && peer.cidr.length < peer.cidr.width);
}

export function isWidePort({ port }: Pick<InboundEntry, 'port'>): boolean {
  return port === 'ephemeral';
}

export interface Completeness {
  /** Entries that were seen themselves. */
  readonly entries: number;
  /** By run: of how many entries it was the first to show one. */
  readonly added: readonly number[];
}

/** What each run added to those before it. */
export function completenessOf(
  profile: Parameters<typeof entriesOf>[0] & Pick<ExecutionProfile, 'recorded'>,
): Completeness {
  const added = profile.recorded.runs.map(() => 0);
  let entries = 0;
  for (const { runs } of entriesOf(profile)) {
    if (runs === 0) continue;
    entries++;
    // The lowest bit that is set.
    const first = 31 - Math.clz32(runs & -runs);
    added[first] = (added[first] ?? 0) + 1;
  }
  return { entries, added };
}

/** How many bits are set. */
export function runsSeen(runs: number): number {
  let rest = runs >>> 0;
  let bits = 0;
  for (; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}
