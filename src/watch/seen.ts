import type { ConnectionEvent } from '../sensor/index.ts';
import type { FileSeen, NetworkSeen, RbomRevisionBody } from './bodies.ts';
import type { ProcessInfo } from './model.ts';
import { keyText } from './sighting.ts';

const much = 512;

/** What was seen of one container and is not written yet. */
export class Seen {
  files: FileSeen[] = [];
  network: NetworkSeen[] = [];
  counts: RbomRevisionBody['counts'][number][] = [];

  get some(): boolean {
    return this.files.length + this.network.length > 0;
  }

  get isMuch(): boolean {
    return this.files.length + this.network.length + this.counts.length >= much;
  }

  /** All of it; the lists begin anew. */
  take(): Pick<Seen, 'files' | 'network' | 'counts'> {
    const { files, network, counts } = this;
    this.files = [];
    this.network = [];
    this.counts = [];
    return { files, network, counts };
  }
}

export function connectionSeen(
  event: ConnectionEvent,
  time: string,
  process: ProcessInfo,
): NetworkSeen & { readonly process: ProcessInfo } {
  const { op: use, address, port, protocol, mapped } = event;
  return { use, time, address, port, protocol, mapped, key: keyText(event.key), process };
}

/** Code that a program made in its own memory: recorded, and no image could hold it. */
export function anonymousMemory(
  path: string,
  time: string,
  key: string,
  snapshot: boolean,
  process: ProcessInfo,
): FileSeen {
  const none = { sha256: null, size: null, package: null, layer: null };
  const judged = { verdict: 'none', how: 'anonymous', from: 'unknown' } as const;
  return { use: 'mapped', time, path, ...none, ...judged, key, snapshot, process };
}
