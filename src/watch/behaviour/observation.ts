import type {
  CodeInMemory,
  Connected,
  FileUsed,
  Listened,
  Observation,
  Parent,
  ProcessRan,
} from '../../profile/index.ts';
import type { ExecEvent } from '../../sensor/index.ts';
import type { FileSeen, NetworkSeen } from '../bodies.ts';
import type { Program } from '../programs.ts';
import type { Resolvers } from '../resolvers.ts';

/** RFC 1035, 4.2: TCP and UDP. */
export const dns = 53;

/** How a program was started, as an execution profile asks it. */
export type Start = Pick<ProcessRan, 'parent' | 'argv' | 'argvWhole' | 'uid' | 'capabilities'>;

/**
 * @param parent the program of the parent process, where it is known
 * @param entry the container's first process
 */
export function startOf(event: ExecEvent, parent: Program | undefined, entry: number | undefined): Start {
  return {
    parent: parentOf(event, parent, entry),
    argv: event.argv,
    argvWhole: !event.flags.truncated && event.argv.length === event.argc,
    uid: event.self.uid,
    capabilities: event.capabilities,
  };
}

/** The chain of ancestors ends with the first that stands outside: one alone is outside. */
function parentOf(event: ExecEvent, parent: Program | undefined, entry: number | undefined): Parent {
  if (event.self.pid === entry) return '@entry';
  if (event.flags.snapshot) return '@unknown';
  if (event.ancestors.length <= 1 || parent?.runtime === true) return '@exec';
  if (parent === undefined || parent.path === '') return '@unknown';
  // A memory file has a name and no path: no program of a profile is called so.
  return parent.path.startsWith('/') ? (parent.path as Parent) : `/${parent.path}`;
}

/** What was seen of a file, in a profile's words. A program that was started is a process. */
export function fileObservation(seen: FileSeen, start?: Start): Observation {
  if (seen.how === 'anonymous') return { kind: 'memory' } satisfies CodeInMemory;
  // What could not be told of this very version is not pinned.
  const known = seen.verdict === 'unknown' ? undefined : (seen.sha256 ?? undefined);
  const bytes = { sha256: known, ofImage: isOfImage(seen) };
  if (start !== undefined) return { kind: 'process', path: seen.path, ...bytes, ...start } satisfies ProcessRan;
  const access = seen.use === 'read' ? 'read' : seen.use === 'written' ? 'write' : 'execute';
  return { kind: 'file', path: seen.path, access, ...bytes } satisfies FileUsed;
}

/** The image's own bytes at this very path: judged so, or read from a layer that nobody can write. */
function isOfImage({ verdict, how, layer }: FileSeen): boolean {
  return verdict === 'good' ? how !== 'elsewhere' : verdict === 'none' && layer !== null;
}

/** A datagram socket connected to port 0 or to no address, as the C library asks which families a host has: nothing leaves by it. */
export function leadsNowhere({ use, protocol, address, port }: NetworkSeen): boolean {
  return use === 'connect' && protocol === 17 && (port === 0 || address === '0.0.0.0' || address === '::');
}

export function networkObservation(
  { use, protocol: number, address, port }: NetworkSeen,
  resolvers: Resolvers,
): Observation {
  // IANA's numbers.
  const protocol = number === 6 ? 'tcp' : number === 17 ? 'udp' : (`ip-${number}` as const);
  if (use === 'bind') return { kind: 'listen', protocol, port } satisfies Listened;
  const asks = port === dns && resolvers?.has(address) === true;
  return {
    kind: 'connection',
    protocol,
    address,
    port,
    ...(asks ? { resolver: true as const } : {}),
  } satisfies Connected;
}
