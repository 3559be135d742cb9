import { accessText } from '../document/write.ts';
import type { FileEntry, InboundEntry, OutboundEntry, ProcessEntry } from '../model.ts';
import { capabilityNames } from './capabilities.ts';

const shownLists = 2;

/** One process entry in a line: program, who starts it, as whom, with what capabilities and arguments. */
export function processText({ path, parent, uid, capabilities, arguments: lists }: ProcessEntry): string {
  const caps = capabilities === 0n ? '' : `, capabilities ${capabilityNames(capabilities)}`;
  const shown = lists.slice(0, shownLists).map(({ pattern }) => argumentsText(pattern));
  const more = lists.length > shownLists ? ` and ${lists.length - shownLists} more` : '';
  return `${path} by ${parent}, uid ${uid}${caps}: ${shown.join(' | ')}${more}`;
}

/** Argument patterns as a shell would show them; each is quoted where it has to be. */
export function argumentsText(pattern: readonly string[]): string {
  return pattern.map((one) => (/^[^\s"'|]+$/.test(one) ? one : JSON.stringify(one))).join(' ');
}

export function fileText(entry: FileEntry): string {
  return `${entry.pattern} ${accessText(entry)}`;
}

export function outboundText({ protocol, peer, port }: OutboundEntry): string {
  return `${protocol} ${peer} ${String(port)}`;
}

export function inboundText({ protocol, port }: InboundEntry): string {
  return `${protocol} ${String(port)}`;
}
