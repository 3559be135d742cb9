import { HoldfastError } from '../../errors/index.ts';
import { compareRuns } from '../generalise/gather.ts';
import { processKey } from '../generalise/processes.ts';
import { profileLimits } from '../limits.ts';
import { access, type ExecutionProfile, type Seen } from '../model.ts';
import { parsePeer } from '../network/index.ts';
import { isPlainPath, isWild, parsePathPattern, parsePattern } from '../pattern/index.ts';
import { completenessOf, entriesOf, runsSeen, wildcardsOf } from './count.ts';
import { contradictory, malformed } from './refuse.ts';
import type { ExecutionProfileDocument } from './schema.ts';

/**
 * What a schema can't see: paths and patterns that are none, things said twice, numbers that don't agree.
 * @throws HoldfastError `profile-malformed`, `profile-contradictory`, `profile-too-large`
 */
export function refuseContradictions(
  document: ExecutionProfileDocument,
  profile: ExecutionProfile,
  place: string,
): void {
  runs(profile, place);
  once(profile.rules, 'the rule', place);
  aliases(profile, place);
  executables(profile, place);
  processes(profile, place);
  files(profile, place);
  network(profile, place);
  once(
    profile.omitted.map(({ what, reason }) => `${what} (${reason})`),
    'what is omitted:',
    place,
  );
  once(profile.recorded.notShown, 'not shown:', place);
  once(
    profile.recorded.gaps.map(({ cause }) => cause),
    'the gap',
    place,
  );
  const entries = entriesOf(profile);
  if (entries.length > profileLimits.entries)
    throw new HoldfastError('profile-too-large', `more than ${profileLimits.entries} entries`, { place });
  for (const one of entries) seen(one, profile.recorded.runs.length, place);
  numbers(document, profile, place);
}

function once(texts: readonly string[], what: string, place: string): void {
  const before = new Set<string>();
  for (const text of texts) {
    if (before.has(text)) throw contradictory(place, `${what} ${text} stands twice`);
    before.add(text);
  }
}

function runs({ recorded }: ExecutionProfile, place: string): void {
  once(
    recorded.runs.map(({ id }) => id),
    'the run',
    place,
  );
  for (const [index, run] of recorded.runs.entries()) {
    const before = recorded.runs[index - 1];
    if (!(Date.parse(run.from) <= Date.parse(run.to)))
      throw contradictory(place, `the run ${run.id} ends before it begins`);
    if (before !== undefined && compareRuns(before, run) > 0) throw contradictory(place, 'runs are not in order');
  }
}

function seen({ count, runs: bits }: Seen, runCount: number, place: string): void {
  if (bits >= 2 ** runCount) throw contradictory(place, 'an entry was seen in a run that is not listed');
  if (count < runsSeen(bits)) throw contradictory(place, 'an entry was seen in more runs than times');
  if (bits === 0 && count > 0) throw contradictory(place, 'an entry was seen, and in no run');
}

function aliases({ aliases: all }: ExecutionProfile, place: string): void {
  once(
    all.map(([alias]) => alias),
    'the alias',
    place,
  );
  for (const [alias, target] of all) {
    if (!isPlainPath(alias) || (target !== '/' && !isPlainPath(target)))
      throw malformed(place, `${alias} is not a plain path`);
    if (`${target}/`.startsWith(`${alias}/`)) throw contradictory(place, `the alias ${alias} leads to itself`);
  }
}

function executables({ executables: all }: ExecutionProfile, place: string): void {
  once(
    all.map(({ path }) => path),
    'the executable',
    place,
  );
  for (const { path, sha256 } of all) {
    if (!isPlainPath(path)) throw malformed(place, `${JSON.stringify(path)} is not a plain, absolute path`);
    once(sha256, `of ${path}`, place);
  }
}

function processes({ executables: known, processes: all }: ExecutionProfile, place: string): void {
  const pinned = new Set(known.filter((one) => one.ofImage || one.sha256.length > 0).map(({ path }) => path));
  once(all.map(processKey), 'the process', place);
  for (const { path, arguments: lists } of all) {
    if (!pinned.has(path)) throw contradictory(place, `${path} runs, and no bytes of it may`);
    once(
      lists.map(({ pattern }) => JSON.stringify(pattern)),
      `arguments of ${path}:`,
      place,
    );
    for (const { pattern } of lists)
      for (const [index, element] of pattern.entries()) {
        if (element.includes('\0')) throw malformed(place, `a NUL in an argument of ${path}`);
        if (element === '**' && index === pattern.length - 1) continue;
        parsePattern(element);
      }
  }
}

function files({ files: all }: ExecutionProfile, place: string): void {
  once(
    all.map(({ pattern }) => pattern),
    'the file',
    place,
  );
  const siblings = new Map<string, number>();
  for (const { pattern, access: allowed, sha256 } of all) {
    if (pattern.includes('\0')) throw malformed(place, 'a NUL in a path');
    parsePathPattern(pattern);
    once(sha256, `of ${pattern}`, place);
    if (sha256.length > 0 && (isWild(pattern) || (allowed & access.execute) === 0))
      throw contradictory(place, `${pattern} has bytes of its own, and is a pattern or does not run`);
    if (isWild(pattern)) crowd(pattern, siblings, place);
  }
}

/** Patterns side by side are looked at one after another. */
function crowd(pattern: string, siblings: Map<string, number>, place: string): void {
  const directory = pattern.slice(0, pattern.lastIndexOf('/'));
  const count = (siblings.get(directory) ?? 0) + 1;
  siblings.set(directory, count);
  if (count > profileLimits.siblings)
    throw new HoldfastError('profile-too-large', `more than ${profileLimits.siblings} patterns in ${directory}`, {
      place,
    });
}

function network({ outbound, inbound }: ExecutionProfile, place: string): void {
  once(
    outbound.map(({ protocol, peer, port }) => `${protocol} ${peer} ${String(port)}`),
    'the peer',
    place,
  );
  once(
    inbound.map(({ protocol, port }) => `${protocol} ${String(port)}`),
    'the port',
    place,
  );
  for (const { peer } of outbound)
    if (parsePeer(peer) === undefined)
      throw malformed(place, `${JSON.stringify(peer)} is no CIDR, name or @resolver in its one form`);
}

function numbers(document: ExecutionProfileDocument, profile: ExecutionProfile, place: string): void {
  const wildcards = wildcardsOf(profile);
  if (document.wildcards !== wildcards)
    throw contradictory(place, `it says ${document.wildcards} wildcards and has ${wildcards}`);
  const { entries, added } = completenessOf(profile);
  if (document.completeness.entries !== entries || document.completeness.added.join() !== added.join())
    throw contradictory(place, 'its completeness is not that of its entries');
  const { functional, attacks } = profile.tests;
  const more = (functional?.falseDrift ?? 0) > (functional?.ran ?? 0) || (attacks?.alerted ?? 0) > (attacks?.ran ?? 0);
  if (more) throw contradictory(place, 'more tests ended in one way than were run');
}
