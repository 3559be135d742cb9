import { literalPattern, type Token } from '../pattern/index.ts';
import { type NamePlace, nameFinders } from './finders.ts';
import type { RuleName } from './rules.ts';
import { covering, type Generalised, generalised, spansOf } from './spans.ts';

export interface NameOptions {
  /** Whether the image holds this directory: what is the image's is not generalised. */
  readonly isImageDirectory: (path: string) => boolean;
  readonly written: boolean;
}

const temporaryPlace = /^(?:\/tmp|\/var\/tmp|\/dev\/shm)(?:\/|$)|\/te?mp\//;
const numbered = /^\/(?:proc|dev\/pts|dev\/fd)(?:\/|$)/;
const rotated = /^(.+?)(?:\.\d{1,4}|-\d{8}|\.old)?(?:\.(?:gz|xz|zst|bz2))?$/;

/** The pattern of a file that is not the image's own: what will be otherwise next time becomes a placeholder. */
export function generaliseName(path: string, options: NameOptions): Generalised {
  const segments = path.slice(1).split('/');
  const rules = new Set<RuleName>();
  const patterns: string[] = [];
  let directory = '';
  let ofImage = true;
  let depth = 0;
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    const here = directory === '' ? '/' : directory;
    directory += `/${segment}`;
    ofImage = ofImage && !last && options.isImageDirectory(directory);
    if (ofImage) depth++;
    const one = ofImage ? { pattern: literalPattern(segment), rules: [] } : segmentOf(segment, here, last, options);
    for (const rule of one.rules) rules.add(rule);
    patterns.push(one.pattern);
  }
  hashLevels(segments.slice(depth), depth, patterns, rules);
  return { pattern: `/${patterns.join('/')}`, rules: [...rules] };
}

function segmentOf(segment: string, directory: string, last: boolean, { written }: NameOptions): Generalised {
  if (numbered.test(directory))
    return /^\d{1,20}$/.test(segment)
      ? { pattern: '{n}', rules: ['process-ids'] }
      : { pattern: literalPattern(segment), rules: [] };
  const finders = nameFinders(placeOf(`${directory}/`, written));
  if (!last || !written) return generalised(segment, finders);
  const base = baseOfLog(segment, directory);
  if (base === undefined) return generalised(segment, finders);
  const { tokens, rules } = spansOf(base, finders);
  const rotation: Token = { placeholder: '{rot}' };
  return covering(segment, [...tokens, rotation], [...rules, 'log-rotation']);
}

/** Below these, what the container did not write itself was put there by name. */
const exactPlace = /^\/(?:etc|root|home)\//;

function placeOf(directory: string, written: boolean): NamePlace {
  if (temporaryPlace.test(directory)) return 'temporary';
  return exactPlace.test(directory) && !written ? 'exact' : 'other';
}

/** The name that a rotation's suffix is put behind. */
function baseOfLog(name: string, directory: string): string | undefined {
  const base = rotated.exec(name)?.[1] ?? name;
  // Numbers behind numbers are a version, or an address.
  if (base !== name && !/\d$/.test(base) && /\.\d{1,4}(?:\.(?:gz|xz|zst|bz2))?$/.test(name)) return base;
  return /\.(?:log|err|out)$/.test(base) || /^\/var\/log(?:\/|$)/.test(directory) ? base : undefined;
}

/** `c/29/b7f5…`: the directories above a name by hash are cut from it. `segments` begin at `depth`, below what is the image's. */
function hashLevels(segments: readonly string[], depth: number, patterns: string[], rules: Set<RuleName>): void {
  if (patterns.at(-1)?.includes('{hex}') !== true) return;
  for (let at = segments.length - 2; at >= Math.max(0, segments.length - 4); at--) {
    if (!/^[0-9a-f]{1,3}$/i.test(segments[at] ?? '')) return;
    patterns[depth + at] = '{hex}';
    rules.add('digests');
  }
}
