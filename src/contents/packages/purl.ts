import { HoldfastError } from '../../errors/index.ts';
import { buildPurl, type PurlParts } from '../../purl/index.ts';
import type { Problems } from './problems.ts';

/** The package URL, or undefined with the reason among the problems. */
export function purlOf(parts: PurlParts, place: string, problems: Problems): string | undefined {
  try {
    return buildPurl(parts);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    problems.add('package-purl', place, `${String(parts.name).slice(0, 100)}: ${error.message}`);
    return undefined;
  }
}
