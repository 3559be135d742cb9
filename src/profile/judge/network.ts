import type { Amendment } from '../amendment/line.ts';
import { formatCidr, isEphemeral, normalName, parseAddress } from '../network/index.ts';
import type { CodeInMemory, Connected, Listened } from '../observation.ts';
import { type CompiledPeers, type CompiledProfile, holdsAddress } from './compile.ts';
import type { Drift } from './drift.ts';
import { nearestPeer, nearestPort } from './nearest.ts';

export function judgeConnection(compiled: CompiledProfile, seen: Connected): 'allowed' | Drift {
  const { protocol, port, address } = seen;
  const here = compiled.peers.get(`${protocol} ${port}`);
  const drawn = isEphemeral(port) ? compiled.peers.get(`${protocol} ephemeral`) : undefined;
  const name = seen.name === undefined ? undefined : normalName(seen.name);
  const holds = (peers: CompiledPeers | undefined): boolean =>
    peers !== undefined &&
    ((seen.resolver === true && peers.resolver) ||
      (name !== undefined && peers.names.has(name)) ||
      holdsAddress(peers, address));
  if (holds(here) || holds(drawn)) return 'allowed';
  const known = here ?? drawn;
  const whom = name === undefined ? address : `${name} (${address})`;
  return {
    code: known === undefined ? 'connection-not-in-profile' : 'connection-other-peer',
    observation: seen,
    why:
      known === undefined
        ? `a connection to ${whom}, ${protocol} ${port}; the profile has none on this port`
        : `a connection to ${whom}, ${protocol} ${port}; the profile has other peers on this port`,
    nearest: nearestPeer(compiled, seen),
    amendment: amendmentFor(seen, name),
  };
}

function amendmentFor({ protocol, address, port }: Connected, name: string | undefined): Amendment | undefined {
  const parsed = parseAddress(address);
  if (name !== undefined) return { verb: 'connect', protocol, peer: name, port };
  if (parsed === undefined) return undefined;
  return { verb: 'connect', protocol, peer: formatCidr({ ...parsed, length: parsed.width }), port };
}

export function judgeListening(compiled: CompiledProfile, seen: Listened): 'allowed' | Drift {
  const { protocol, port } = seen;
  const drawn = port === 0 || isEphemeral(port);
  if (compiled.ports.has(`${protocol} ${port}`) || (drawn && compiled.ports.has(`${protocol} ephemeral`)))
    return 'allowed';
  const text = port === 0 ? 'a port of the kernel’s choice' : `port ${port}`;
  return {
    code: 'listen-not-in-profile',
    observation: seen,
    why: `${text} (${protocol}) was bound; the profile does not have it`,
    nearest: nearestPort(compiled, seen),
    amendment: { verb: 'listen', protocol, port: port === 0 ? 'ephemeral' : port },
  };
}

export function judgeMemory({ profile }: CompiledProfile, seen: CodeInMemory): 'allowed' | Drift {
  if (profile.memory !== undefined) return 'allowed';
  return {
    code: 'memory-not-in-profile',
    observation: seen,
    why: 'code was made in memory; no run of the recording did so',
    nearest: undefined,
    amendment: { verb: 'memory' },
  };
}
