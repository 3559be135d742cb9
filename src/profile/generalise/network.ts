import type { InboundEntry, OutboundEntry, Port } from '../model.ts';
import {
  type Address,
  formatCidr,
  isEphemeral,
  isPrivate,
  networkOf,
  normalName,
  parseAddress,
  resolver,
  sharedLength,
} from '../network/index.ts';
import type { Connected, Listened, Protocol } from '../observation.ts';
import type { Gathered } from './gather.ts';
import type { RuleName } from './rules.ts';
import { addTo, newTally, seenOf, type Tally } from './tally.ts';

interface Row {
  readonly protocol: Protocol;
  readonly peer: string;
  /** The peer, where it is one address. */
  readonly address: Address | undefined;
  readonly port: Port;
  readonly tally: Tally;
}

/** Where a container connects to. `unreadable`: addresses that are none. */
export function generaliseOutbound(seen: readonly Gathered<Connected>[]): {
  readonly outbound: readonly OutboundEntry[];
  readonly unreadable: readonly Gathered<Connected>[];
} {
  const unreadable: Gathered<Connected>[] = [];
  const rows: Row[] = [];
  for (const one of seen) {
    const row = rowOf(one);
    if (row === undefined) unreadable.push(one);
    else rows.push(row);
  }
  const outbound = merged(ranges(merged(ephemeralPorts(merged(rows)))));
  return {
    outbound: outbound.map(({ protocol, peer, port, tally }) => ({ protocol, peer, port, ...seenOf(tally) })),
    unreadable,
  };
}

function rowOf({ observation, count, runs }: Gathered<Connected>): Row | undefined {
  const { protocol, port, name } = observation;
  const address = parseAddress(observation.address);
  if (address === undefined) return undefined;
  const known = name === undefined ? undefined : normalName(name);
  if (observation.resolver === true)
    return {
      protocol,
      peer: resolver,
      address: undefined,
      port,
      tally: { count, runs, rules: new Set(['resolvers']) },
    };
  if (known !== undefined)
    return { protocol, peer: known, address: undefined, port, tally: { count, runs, rules: new Set(['peer-names']) } };
  const peer = formatCidr({ ...address, length: address.width });
  return { protocol, peer, address, port, tally: { count, runs, rules: new Set() } };
}

/** Rows of one protocol, peer and port are one. */
function merged(rows: readonly Row[]): readonly Row[] {
  const found = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.protocol} ${row.peer} ${String(row.port)}`;
    const before = found.get(key);
    if (before === undefined) {
      found.set(key, { ...row, tally: { ...row.tally, rules: new Set(row.tally.rules) } });
      continue;
    }
    addTo(before.tally, row.tally);
    for (const rule of row.tally.rules) before.tally.rules.add(rule);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function ephemeralPorts(rows: readonly Row[]): readonly Row[] {
  const ports = new Map<string, number>();
  const key = (row: Row): string => `${row.protocol} ${row.peer}`;
  const drawn = (row: Row): boolean => typeof row.port === 'number' && isEphemeral(row.port);
  for (const row of rows) if (drawn(row)) ports.set(key(row), (ports.get(key(row)) ?? 0) + 1);
  return rows.map((row) =>
    drawn(row) && (ports.get(key(row)) ?? 0) >= 2 ? withRule({ ...row, port: 'ephemeral' }, 'ephemeral-ports') : row,
  );
}

function withRule(row: Row, rule: RuleName): Row {
  return { ...row, tally: { ...row.tally, rules: new Set([...row.tally.rules, rule]) } };
}

function ranges(rows: readonly Row[]): readonly Row[] {
  const groups = new Map<string, Address[]>();
  const key = ({ protocol, port }: Row, { width }: Address): string => `${protocol} ${String(port)} ${width}`;
  for (const row of rows) {
    if (row.address === undefined || !isPrivate(row.address)) continue;
    const group = groups.get(key(row, row.address)) ?? [];
    groups.set(key(row, row.address), group);
    group.push(row.address);
  }
  return rows.map((row) => {
    const { address } = row;
    const group = address === undefined ? undefined : groups.get(key(row, address));
    if (address === undefined || group === undefined || group.length < 2 || !isPrivate(address)) return row;
    const widest = address.width === 32 ? 16 : 48;
    const shared = sharedLength(group);
    const length = shared >= widest ? shared : address.width === 32 ? 24 : 64;
    const peer = formatCidr({ width: address.width, bits: networkOf(address, length), length });
    return withRule({ ...row, peer, address: undefined }, 'peer-ranges');
  });
}

/** What a container listens on. */
export function generaliseInbound(seen: readonly Gathered<Listened>[]): readonly InboundEntry[] {
  const drawn = new Map<Protocol, Set<number>>();
  for (const { observation } of seen) {
    if (!isEphemeral(observation.port)) continue;
    const ports = drawn.get(observation.protocol) ?? new Set<number>();
    drawn.set(observation.protocol, ports.add(observation.port));
  }
  const rows = new Map<string, { readonly protocol: Protocol; readonly port: Port; readonly tally: Tally }>();
  for (const one of seen) {
    const { protocol } = one.observation;
    const chosen =
      one.observation.port === 0 || (isEphemeral(one.observation.port) && (drawn.get(protocol)?.size ?? 0) >= 2);
    const port = chosen ? 'ephemeral' : one.observation.port;
    const key = `${protocol} ${String(port)}`;
    const row = rows.get(key) ?? { protocol, port, tally: newTally(chosen ? ['ephemeral-ports'] : []) };
    rows.set(key, row);
    addTo(row.tally, one);
  }
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { protocol, port, tally }]) => ({ protocol, port, ...seenOf(tally) }));
}
