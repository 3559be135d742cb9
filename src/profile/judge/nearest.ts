import type { FileEntry } from '../model.ts';
import type { Connected, Listened } from '../observation.ts';
import { fileText, inboundText, outboundText, processText } from '../text/entries.ts';
import type { CompiledProfile } from './compile.ts';

/** Among texts in order, the one that begins most alike. */
function neighbour<T>(sorted: readonly T[], textOf: (one: T) => string, text: string): T | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = sorted[middle];
    if (one !== undefined && textOf(one) < text) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [sorted[low - 1], sorted[low]];
  if (before === undefined || after === undefined) return before ?? after;
  return shared(textOf(before), text) >= shared(textOf(after), text) ? before : after;
}

function shared(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let at = 0;
  while (at < most && one.charCodeAt(at) === other.charCodeAt(at)) at++;
  return at;
}

/** Of the same name elsewhere, else of the most similar path. */
export function nearestProgram({ profile }: CompiledProfile, path: string): string | undefined {
  const { processes } = profile;
  const name = path.slice(path.lastIndexOf('/'));
  const found = processes.find((one) => one.path.endsWith(name)) ?? neighbour(processes, (one) => one.path, path);
  return found === undefined ? undefined : processText(found);
}

/** `about`: the entry about this very path, if there is one. */
export function nearestFile(
  { profile }: CompiledProfile,
  about: FileEntry | undefined,
  path: string,
): string | undefined {
  const found = about ?? neighbour(profile.files, (one) => one.pattern, path);
  return found === undefined ? undefined : fileText(found);
}

/** The same port, else the same peer, else anything of the protocol. */
export function nearestPeer({ profile }: CompiledProfile, { protocol, port, address }: Connected): string | undefined {
  const { outbound } = profile;
  const found =
    outbound.find((one) => one.protocol === protocol && one.port === port) ??
    outbound.find((one) => one.peer.startsWith(`${address}/`)) ??
    outbound.find((one) => one.protocol === protocol);
  return found === undefined ? undefined : outboundText(found);
}

export function nearestPort({ profile }: CompiledProfile, { protocol }: Listened): string | undefined {
  const found = profile.inbound.find((one) => one.protocol === protocol) ?? profile.inbound[0];
  return found === undefined ? undefined : inboundText(found);
}
