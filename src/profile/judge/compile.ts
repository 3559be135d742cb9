import { type Amended, amend, type GivenException } from '../amendment/amend.ts';
import type { Executable, ExecutionProfile, FileEntry, ProcessEntry } from '../model.ts';
import { type Address, networkOf, parseAddress, parsePeer } from '../network/index.ts';
import { isWild, literalPath } from '../pattern/index.ts';
import { type ArgumentLists, compileArguments } from './arguments.ts';
import { PathTrie } from './trie.ts';

export interface CompileOptions {
  /** Exceptions whose signatures were verified, and the time (milliseconds since the epoch) at which they have to hold. */
  readonly exceptions?: { readonly verified: readonly GivenException[]; readonly now: number };
  /**
   * Commands that the pod's own specification has started from outside: exec probes and lifecycle hooks. Each may run with
   * just these arguments, as the image's own bytes.
   */
  readonly declared?: readonly (readonly string[])[];
}

export interface CompiledProcess {
  readonly entry: ProcessEntry;
  readonly arguments: ArgumentLists;
}

export interface CompiledProgram {
  readonly ofImage: boolean;
  readonly sha256: ReadonlySet<string>;
  readonly processes: readonly CompiledProcess[];
  readonly byStart: ReadonlyMap<string, CompiledProcess>;
}

export interface CompiledPeers {
  readonly resolver: boolean;
  readonly names: ReadonlySet<string>;
  /** By width and length of the prefix, the networks. */
  readonly networks: readonly {
    readonly width: 32 | 128;
    readonly length: number;
    readonly bits: ReadonlySet<bigint>;
  }[];
}

/** A profile made ready to judge by: nothing in it is searched from end to end. */
export interface CompiledProfile {
  /** With what the exceptions allow. */
  readonly profile: ExecutionProfile;
  readonly refused: Amended['refused'];
  readonly programs: ReadonlyMap<string, CompiledProgram>;
  readonly files: ReadonlyMap<string, FileEntry>;
  readonly patterns: PathTrie;
  /** By protocol and port. */
  readonly peers: ReadonlyMap<string, CompiledPeers>;
  readonly ports: ReadonlySet<string>;
  /** Joined by NUL. */
  readonly declared: ReadonlySet<string>;
}

/** Once per image; costs what the profile is long. */
export function compileProfile(given: ExecutionProfile, options: CompileOptions = {}): CompiledProfile {
  const { profile, refused } =
    options.exceptions === undefined ? { profile: given, refused: [] } : amend(given, options.exceptions);
  const files = new Map<string, FileEntry>();
  const patterns = new PathTrie();
  for (const entry of profile.files) {
    if (isWild(entry.pattern)) patterns.add(entry);
    else files.set(literalPath(entry.pattern), entry);
  }
  return {
    profile,
    refused,
    programs: programsOf(profile),
    files,
    patterns,
    peers: peersOf(profile),
    ports: new Set(profile.inbound.map(({ protocol, port }) => `${protocol} ${String(port)}`)),
    declared: new Set((options.declared ?? []).map((argv) => argv.join('\0'))),
  };
}

function programsOf({ executables, processes }: ExecutionProfile): ReadonlyMap<string, CompiledProgram> {
  const byPath = new Map<string, CompiledProcess[]>();
  for (const entry of processes) {
    const list = byPath.get(entry.path) ?? [];
    byPath.set(entry.path, list);
    list.push({ entry, arguments: compileArguments(entry.arguments) });
  }
  return new Map(executables.map((one) => [one.path, programOf(one, byPath.get(one.path) ?? [])]));
}

function programOf({ ofImage, sha256 }: Executable, processes: readonly CompiledProcess[]): CompiledProgram {
  const byStart = new Map(processes.map((one) => [startKey(one.entry.uid, one.entry.parent), one]));
  return { ofImage, sha256: new Set(sha256), processes, byStart };
}

export function startKey(uid: number, parent: string): string {
  return `${uid} ${parent}`;
}

function peersOf({ outbound }: ExecutionProfile): ReadonlyMap<string, CompiledPeers> {
  const found = new Map<
    string,
    { resolver: boolean; names: Set<string>; networks: Map<string, Address & { length: number; all: Set<bigint> }> }
  >();
  for (const { protocol, peer: text, port } of outbound) {
    const key = `${protocol} ${String(port)}`;
    const row = found.get(key) ?? { resolver: false, names: new Set(), networks: new Map() };
    found.set(key, row);
    const peer = parsePeer(text);
    if (peer?.kind === 'resolver') row.resolver = true;
    else if (peer?.kind === 'name') row.names.add(peer.name);
    else if (peer !== undefined) {
      const { width, length, bits } = peer.cidr;
      const network = row.networks.get(`${width}/${length}`) ?? { width, length, bits: 0n, all: new Set() };
      row.networks.set(`${width}/${length}`, network);
      network.all.add(bits);
    }
  }
  return new Map(
    [...found].map(([key, { resolver, names, networks }]) => [
      key,
      {
        resolver,
        names,
        networks: [...networks.values()].map(({ width, length, all }) => ({ width, length, bits: all })),
      },
    ]),
  );
}

export function holdsAddress({ networks }: CompiledPeers, text: string): boolean {
  const address = parseAddress(text);
  return (
    address !== undefined &&
    networks.some((one) => one.width === address.width && one.bits.has(networkOf(address, one.length)))
  );
}
