import { profileLimits } from '../limits.ts';
import type { Executable, ProcessEntry } from '../model.ts';
import type { Parent, ProcessRan } from '../observation.ts';
import { type ArgumentTable, addArguments, boundArguments, varyingNumbers } from './arguments.ts';
import type { Gathered } from './gather.ts';
import { seenOf } from './tally.ts';

export interface ProcessesFound {
  readonly executables: readonly Executable[];
  readonly processes: readonly ProcessEntry[];
  /** Neither the image's nor hashed, or of too many contents. */
  readonly unpinned: readonly Gathered<ProcessRan>[];
}

interface Row {
  readonly path: string;
  readonly parent: Parent;
  readonly uid: number;
  capabilities: bigint;
  readonly arguments: ArgumentTable;
}

/** Which programs ran, started by whom, as whom, with what arguments. A program's path is never generalised. */
export function generaliseProcesses(seen: readonly Gathered<ProcessRan>[]): ProcessesFound {
  const executables = new Map<string, { ofImage: boolean; readonly sha256: Set<string> }>();
  const rows = new Map<string, Row>();
  const unpinned: Gathered<ProcessRan>[] = [];
  for (const one of seen) {
    const { path, parent, uid, capabilities, argv, argvWhole, ofImage, sha256 } = one.observation;
    const pins = executables.get(path) ?? { ofImage: false, sha256: new Set<string>() };
    const full = sha256 !== undefined && !pins.sha256.has(sha256) && pins.sha256.size >= profileLimits.pins;
    if (!ofImage && (sha256 === undefined || full)) {
      unpinned.push(one);
      continue;
    }
    executables.set(path, pins);
    pins.ofImage ||= ofImage;
    if (sha256 !== undefined && !full) pins.sha256.add(sha256);
    const key = processKey(one.observation);
    const row = rows.get(key) ?? { path, parent, uid, capabilities: 0n, arguments: new Map() };
    rows.set(key, row);
    row.capabilities |= capabilities;
    addArguments(row.arguments, argv, argvWhole, one);
  }
  const processes = [...rows.values()].map(entryOf).sort(compareProcesses);
  return { executables: withParents(executables, processes), processes, unpinned };
}

/** What no two process entries share. */
export function processKey({ path, parent, uid }: Pick<ProcessEntry, 'path' | 'parent' | 'uid'>): string {
  return `${uid} ${parent}\0${path}`;
}

export function compareProcesses(a: ProcessEntry, b: ProcessEntry): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.parent === b.parent ? a.uid - b.uid : a.parent < b.parent ? -1 : 1;
}

function entryOf(row: Row): ProcessEntry {
  const { path, parent, uid, capabilities } = row;
  varyingNumbers(row.arguments);
  boundArguments(row.arguments, path);
  const lists = [...row.arguments].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    path,
    parent,
    uid,
    capabilities,
    arguments: lists.map(([, { pattern, tally }]) => ({ pattern, ...seenOf(tally) })),
  };
}

/** Parents stand in the table too, so that every entry can name its own: with no bytes, which lets none of them run. */
function withParents(
  found: ReadonlyMap<string, { readonly ofImage: boolean; readonly sha256: ReadonlySet<string> }>,
  processes: readonly ProcessEntry[],
): readonly Executable[] {
  const all = new Map(found);
  for (const { parent } of processes)
    if (parent.startsWith('/') && !all.has(parent)) all.set(parent, { ofImage: false, sha256: new Set() });
  return [...all]
    .map(([path, { ofImage, sha256 }]) => ({ path, ofImage, sha256: [...sha256].sort() }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
