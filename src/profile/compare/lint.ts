import {
  completenessOf,
  entriesOf,
  isWideFile,
  isWideList,
  isWidePeer,
  isWidePort,
  runsSeen,
} from '../document/count.ts';
import { writeProfile } from '../document/write.ts';
import { type CompiledProfile, compileProfile } from '../judge/compile.ts';
import { profileLimits } from '../limits.ts';
import { access, type ExecutionProfile, type FileEntry, type Seen } from '../model.ts';
import { parsePeer } from '../network/index.ts';
import { literalPath } from '../pattern/index.ts';
import { argumentsText, fileText, inboundText, outboundText } from '../text/entries.ts';
import type { LintCode } from './lint-codes.ts';

export interface Lint {
  readonly code: LintCode;
  /** What it is about. */
  readonly about: string;
}

const interpreters = /\/(?:sh|dash|bash|ash|busybox|python[\d.]*|perl[\d.]*|ruby[\d.]*|node|php[\d.]*)$/;

/** What in a profile is wide, unsure or somebody's hand: the more of it, the less it says. */
export function lintProfile(profile: ExecutionProfile): readonly Lint[] {
  return [...recording(profile), ...processes(profile), ...files(profile), ...network(profile), ...whole(profile)];
}

function recording({ subject, recorded, omitted, tests, ...profile }: ExecutionProfile): readonly Lint[] {
  const found: Lint[] = [];
  if (subject === undefined) found.push({ code: 'subject-missing', about: 'subject' });
  const { entries, added } = completenessOf({ recorded, ...profile });
  const last = added.at(-1) ?? 0;
  if (recorded.runs.length < 2) found.push({ code: 'few-runs', about: `${recorded.runs.length} run` });
  else if (last * 50 > entries) found.push({ code: 'run-added-much', about: `${last} of ${entries} entries` });
  for (const { cause, count } of recorded.gaps)
    found.push({ code: 'coverage-lost', about: `${cause}: ${count ?? 'unknown'}` });
  for (const { what, reason } of omitted) found.push({ code: 'behaviour-omitted', about: `${what} (${reason})` });
  const { functional, attacks } = tests;
  if (functional === undefined || attacks === undefined) found.push({ code: 'untested', about: 'tests' });
  if (functional !== undefined && functional.falseDrift > 0)
    found.push({ code: 'false-drift', about: `${functional.falseDrift} of ${functional.ran}` });
  if (attacks !== undefined && attacks.alerted < attacks.ran)
    found.push({ code: 'attack-missed', about: `${attacks.ran - attacks.alerted} of ${attacks.ran}` });
  return found;
}

function processes({ executables, processes: all }: ExecutionProfile): readonly Lint[] {
  const found: Lint[] = [];
  for (const { path, ofImage, sha256 } of executables) {
    if (ofImage && sha256.length === 0) found.push({ code: 'unpinned', about: path });
    if (!ofImage && sha256.length > 0) found.push({ code: 'code-outside-image', about: path });
  }
  for (const { path, parent, arguments: lists } of all) {
    if (parent === '@unknown') found.push({ code: 'parent-unknown', about: path });
    for (const one of lists) {
      const about = `${path}: ${argumentsText(one.pattern)}`;
      const any = one.pattern.slice(1).some((text) => text === '*' || text === '**');
      if (any && interpreters.test(path)) found.push({ code: 'shell-any-arguments', about });
      if (byHand(one, isWideList(one))) found.push({ code: 'without-rule', about });
    }
  }
  return found;
}

const sensitive = /^\/(?:\*\*?|(?:etc|root|home|usr|bin|sbin|lib[^/]*|var|opt|proc|sys|dev)\/\*\*)$/;

function files(profile: ExecutionProfile): readonly Lint[] {
  const found: Lint[] = [];
  const wide = compileProfile({ ...profile, files: profile.files.filter(isWideFile) });
  for (const one of profile.files) {
    const about = fileText(one);
    const broad = sensitive.test(one.pattern) && (!one.imageOnly || (one.access & access.write) !== 0);
    if (broad) found.push({ code: 'too-wide', about });
    if (one.sha256.length > 0) found.push({ code: 'code-outside-image', about });
    if (byHand(one, isWideFile(one))) found.push({ code: 'without-rule', about });
    if (!isWideFile(one) && isCovered(wide, one)) found.push({ code: 'covered', about });
  }
  return found;
}

function isCovered({ patterns }: CompiledProfile, one: FileEntry): boolean {
  const covers = (wider: FileEntry): boolean =>
    (wider.access & one.access) === one.access && (!wider.imageOnly || one.imageOnly);
  return one.sha256.length === 0 && patterns.find(literalPath(one.pattern), covers) !== undefined;
}

function network({ outbound, inbound }: ExecutionProfile): readonly Lint[] {
  const found: Lint[] = [];
  for (const one of outbound) {
    const peer = parsePeer(one.peer);
    const wide = peer?.kind === 'cidr' && peer.cidr.length < (peer.cidr.width === 32 ? 16 : 48);
    if (wide) found.push({ code: 'too-wide', about: outboundText(one) });
    if (byHand(one, isWidePeer(one))) found.push({ code: 'without-rule', about: outboundText(one) });
  }
  for (const one of inbound)
    if (byHand(one, isWidePort(one))) found.push({ code: 'without-rule', about: inboundText(one) });
  return found;
}

/** A pattern, or an entry nobody saw, that no rule stands for. */
function byHand({ rules, count }: Seen, wide: boolean): boolean {
  return rules.length === 0 && (wide || count === 0);
}

function whole(profile: ExecutionProfile): readonly Lint[] {
  const found: Lint[] = [];
  const entries = entriesOf(profile);
  const used = new Set(entries.flatMap((one) => one.rules));
  for (const rule of profile.rules)
    if (!used.has(rule) && (rule !== 'aliases' || profile.aliases.length === 0))
      found.push({ code: 'rule-unused', about: rule });
  const once = entries.filter((one) => runsSeen(one.runs) === 1).length;
  if (profile.recorded.runs.length > 1 && once > 0)
    found.push({ code: 'seen-once', about: `${once} of ${entries.length} entries` });
  const bytes = writeProfile(profile).length;
  if (bytes > profileLimits.ordinaryBytes) found.push({ code: 'large', about: `${bytes} bytes` });
  return found;
}
