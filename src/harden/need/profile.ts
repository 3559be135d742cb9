import { access, compileProfile, type ExecutionProfile, type FileEntry } from '../../profile/index.ts';
import type { Picture } from '../picture.ts';
import type { Needed } from './needed.ts';

/** What a profile says of the image's files. */
export interface ProfileNeeds {
  /** Programs, libraries and links that only a pattern allows, by path: the pattern. */
  readonly byPattern: ReadonlyMap<string, string>;
  /** Modules below a root of which others were seen, by path: the pattern. */
  readonly unseen: ReadonlyMap<string, string>;
  /** Translations, likewise: they stay with the package whose messages they are. */
  readonly translations: ReadonlyMap<string, string>;
}

/** Metadata that patterns over whole module roots catch, and that goes with its package. */
const metadata = /\/[^/]+\.(?:dist-info|egg-info)(?:\/|$)/;

/**
 * Keeps programs and files that the profile names, and the directories it writes to. Programs and libraries that only a
 * pattern allows are given back: whether they can work at all depends on what else stays.
 */
export function keepProfile(picture: Picture, profile: ExecutionProfile, needed: Needed): ProfileNeeds {
  const byPattern = new Map<string, string>();
  const unseen = new Map<string, string>();
  const translations = new Map<string, string>();
  for (const { path, ofImage, sha256 } of profile.executables)
    if (ofImage || sha256.length > 0) needed.keep(path, { why: 'program', of: path });
  const { files, patterns } = compileProfile(profile);
  for (const path of [...picture.files.keys(), ...picture.links.keys(), ...picture.others]) {
    const named = files.get(path);
    if (named !== undefined) {
      needed.keep(path, { why: named.count > 0 ? 'profile' : 'rule', of: named.pattern });
      continue;
    }
    const wide = metadata.test(path) ? undefined : (patterns.find(path, isSeen) ?? patterns.find(path, anyEntry));
    if (wide === undefined) continue;
    if (!isSeen(wide)) {
      unseen.set(path, wide.pattern);
      continue;
    }
    if (isTranslation(path)) translations.set(path, wide.pattern);
    else if (picture.heads.get(path)?.kind === 'elf') byPattern.set(path, wide.pattern);
    else if (picture.links.has(path)) byPattern.set(path, wide.pattern);
    else needed.keep(path, { why: 'pattern', of: wide.pattern });
  }
  // Named by an alias that the image resolves: kept by what it leads to.
  for (const [path, entry] of files)
    if (!picture.files.has(path)) needed.keep(path, { why: entry.count > 0 ? 'profile' : 'rule', of: entry.pattern });
  keepPlaces(picture, profile.files, needed);
  return { byPattern, unseen, translations };
}

/**
 * Of the modules of a language whole roots are allowed, and their bytecode; which packages were seen, further entries say.
 * Libraries that may be loaded late, and were not, are of use to what was not seen either.
 */
function isSeen({ count, rules }: FileEntry): boolean {
  if (rules.includes('python-bytecode')) return false;
  return count > 0 || !rules.some((one) => one === 'language-modules' || one === 'late-libraries');
}

const anyEntry = (): boolean => true;

/** What programs say in other languages (gettext). */
export function isTranslation(path: string): boolean {
  return /\/LC_MESSAGES\/[^/]+\.mo$/.test(path);
}

/** Directories that entries lie in: the image made them with the mode and owner that its service needs. */
function keepPlaces(picture: Picture, entries: readonly FileEntry[], needed: Needed): void {
  const below = new Set<string>();
  for (const { pattern, access: bits } of entries) {
    const [plain = '', ...more] = pattern.split(/[*{\\]/, 2);
    const directory = plain.slice(0, plain.lastIndexOf('/')) || '/';
    if (directory !== '/') needed.keep(directory, { why: 'place', of: pattern });
    if (more.length > 0 && (bits & access.write) !== 0 && directory !== '/') below.add(directory);
  }
  for (const path of picture.directories)
    for (const one of below) if (path.startsWith(`${one}/`)) needed.keep(path, { why: 'place', of: one });
}
