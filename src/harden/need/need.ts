import type { ExecutionProfile } from '../../profile/index.ts';
import { type Picture, realPath } from '../picture.ts';
import { Closure, type Unresolved } from './closure.ts';
import { keepModules, keepSources } from './modules.ts';
import { Needed } from './needed.ts';
import { type HardenOptions, keepOptions, refusalOf } from './options.ts';
import { keepProfile } from './profile.ts';
import { keepCertificates, keepConfig, keepProviders, keepSystem } from './system.ts';

export interface Needs {
  readonly needed: Needed;
  readonly unresolved: readonly Unresolved[];
  /** Programs and libraries that a pattern of the profile allows, and that need what it does not. */
  readonly useless: ReadonlyMap<string, string>;
  /** Translations that a pattern allows, by path: the pattern. They stay with the package whose messages they are. */
  readonly translations: ReadonlyMap<string, string>;
  /** What the recipe names and the image does not have. */
  readonly absent: readonly string[];
}

/** What an image needs by its profile: all that it names, and what that needs in turn. Metadata of packages comes after. */
export function needsOf(picture: Picture, profile: ExecutionProfile, options: HardenOptions): Needs {
  const needed = new Needed(picture, refusalOf(picture, options));
  const closure = new Closure(picture, needed);
  const { byPattern, unseen, translations } = keepProfile(picture, profile, needed);
  keepConfig(picture, needed);
  keepSystem(picture, needed);
  const absent = keepOptions(picture, options, needed);
  closure.close();
  keepCertificates(picture, needed);
  keepProviders(picture, needed);
  closure.close();
  const plugins = new Map([...byPattern, ...keepModules(picture, unseen, needed)]);
  const useless = keepByPattern(picture, plugins, needed, closure);
  keepSources(picture, needed);
  return { needed, unresolved: closure.unresolved, useless, translations, absent };
}

/**
 * A plug-in that was not seen by name stays where all that it needs stays, or is allowed itself. Else loading it would be
 * drift, so it is of no use, and its libraries would stay for its sake alone.
 */
function keepByPattern(
  picture: Picture,
  byPattern: ReadonlyMap<string, string>,
  needed: Needed,
  closure: Closure,
): ReadonlyMap<string, string> {
  const waiting = new Map(byPattern);
  for (let before = -1; before !== waiting.size; ) {
    before = waiting.size;
    for (const [path, pattern] of waiting) {
      const real = realPath(picture, path);
      const missing = real === undefined ? undefined : closure.missingFor(real);
      if (real === undefined || missing === undefined) continue;
      if (!missing.every((one) => byPattern.has(one))) continue;
      // A link to what does not stay would lead nowhere.
      if (picture.links.has(path) && !needed.has(real) && !byPattern.has(real)) continue;
      needed.keep(path, { why: 'pattern', of: pattern });
      waiting.delete(path);
    }
    closure.close();
  }
  return waiting;
}
