import type { Json, Statement } from '../model.ts';
import { predicateTypes } from '../statement/types.ts';

const longest = 160;

/** What a statement says, in a few words for people; anything may stand in it, so nothing is taken for granted. */
export function says({ predicateType, predicate, subjects }: Statement): string {
  const text = wordsOf(predicateType, predicate, subjects);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function wordsOf(type: string, predicate: Json, subjects: Statement['subjects']): string {
  switch (type) {
    case predicateTypes.sign: {
      const annotations = Object.entries(subjects[0]?.annotations ?? {});
      return `image signature${annotations.map(([name, value]) => `, ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join('')}`;
    }
    case predicateTypes.cyclonedx:
      return `SBOM, CycloneDX ${textAt(predicate, 'specVersion')}, ${count(predicate, 'components')} components`;
    case predicateTypes.spdx:
      return `SBOM, ${textAt(predicate, 'spdxVersion')}, ${count(predicate, 'packages')} packages`;
    case predicateTypes['file-manifest']:
      return `file manifest, ${filesIn(predicate)} files, ${count(predicate, 'packages')} packages`;
    case predicateTypes.slsaprovenance1:
      return `provenance, built by ${textAt(predicate, 'runDetails', 'builder', 'id')}`;
    case predicateTypes.slsaprovenance02:
      return `provenance, built by ${textAt(predicate, 'builder', 'id')}`;
    case predicateTypes.vulns:
      return `vulnerabilities, ${count(predicate, 'scanner', 'result')} by ${textAt(predicate, 'scanner', 'uri')}`;
    case predicateTypes.vuln:
      return `vulnerabilities by ${textAt(predicate, 'scanner', 'uri')}`;
    default:
      return type;
  }
}

function at(value: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>(
    (found, key) =>
      typeof found === 'object' && found !== null && !Array.isArray(found) && Object.hasOwn(found, key)
        ? (found as Readonly<Record<string, Json>>)[key]
        : undefined,
    value,
  );
}

function textAt(value: Json, ...path: readonly string[]): string {
  const found = at(value, path);
  return typeof found === 'string' && found !== '' ? found : '(not said)';
}

function count(value: Json, ...path: readonly string[]): number {
  const found = at(value, path);
  return Array.isArray(found) ? found.length : 0;
}

function filesIn(value: Json): number {
  const directories = at(value, ['directories']);
  if (!Array.isArray(directories)) return 0;
  return (directories as readonly Json[]).reduce<number>((sum, one) => {
    const rows = Array.isArray(one) ? (one[1] as Json) : undefined;
    return sum + (Array.isArray(rows) ? rows.length : 0);
  }, 0);
}
