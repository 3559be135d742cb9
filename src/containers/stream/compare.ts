import type { ContainerRecord } from '../api/messages.ts';
import type { Container, ContainerRef } from '../model.ts';

/** What containerd lists at one moment. */
export interface Listed {
  readonly record: ContainerRecord;
  readonly namespace: string;
  /** Its first process, when that is there. */
  readonly pid: number | undefined;
}

/** What we hold of a container that we told of: as it was told last, and its first process by now. */
export interface Held {
  readonly container: Container;
  readonly pid: number | undefined;
}

/** One difference between what we told and what is there. */
export type Difference =
  | { readonly type: 'appeared'; readonly key: string; readonly listed: Listed }
  | { readonly type: 'completed'; readonly key: string; readonly listed: Listed }
  | { readonly type: 'vanished'; readonly key: string; readonly held: Held }
  | { readonly type: 'started'; readonly key: string; readonly ref: ContainerRef; readonly pid: number }
  | { readonly type: 'exited'; readonly key: string; readonly ref: ContainerRef; readonly pid: number };

export function keyOf(ref: ContainerRef): string {
  return `${ref.namespace}/${ref.id}`;
}

/**
 * The steps that lead from what was told to what is there, in the order to tell them. A container whose time of creation
 * differs is another one under the same name: the old one vanished.
 */
export function compare(held: ReadonlyMap<string, Held>, listed: ReadonlyMap<string, Listed>): Difference[] {
  const differences: Difference[] = [];
  for (const [key, old] of held) {
    const now = listed.get(key);
    if (now !== undefined && isSame(old, now)) continue;
    if (old.pid !== undefined) differences.push({ type: 'exited', key, ref: refOf(old.container), pid: old.pid });
    differences.push({ type: 'vanished', key, held: old });
  }
  for (const [key, now] of listed) {
    const old = held.get(key);
    const ref = { namespace: now.namespace, id: now.record.id };
    if (old === undefined || !isSame(old, now)) {
      differences.push({ type: 'appeared', key, listed: now });
      continue;
    }
    if (!old.container.complete) differences.push({ type: 'completed', key, listed: now });
    if (old.pid === now.pid) continue;
    if (old.pid !== undefined) differences.push({ type: 'exited', key, ref, pid: old.pid });
    if (now.pid !== undefined) differences.push({ type: 'started', key, ref, pid: now.pid });
  }
  return differences;
}

export function refOf({ namespace, id }: ContainerRef): ContainerRef {
  return { namespace, id };
}

/** An incomplete one's time is its event's, not its record's: within the same name it can only be the same. */
function isSame({ container }: Held, now: Listed): boolean {
  return !container.complete || container.created === now.record.createdAt;
}

/** What names a difference, to see whether it is still there at a second look. */
export function sameDifference(one: Difference): string {
  switch (one.type) {
    case 'appeared':
    case 'completed':
      return `${one.type} ${one.key} ${one.listed.record.createdAt}`;
    case 'vanished':
      return `${one.type} ${one.key} ${one.held.container.created}`;
    case 'started':
    case 'exited':
      return `${one.type} ${one.key} ${one.pid}`;
    default:
      return one satisfies never;
  }
}
