import { type Json, predicateTypes, type Statement } from '../../attest/index.ts';
import { fieldOf, listAt, textAt, timeAt } from '../predicates/fields.ts';
import type { Vulnerability, VulnerabilityReport } from './model.ts';
import { severityOf, worstSeverity } from './severity.ts';

export const vulnerabilityTypes: readonly string[] = [predicateTypes.vulns, predicateTypes.vuln];

/**
 * What a scan that was attested found: in-toto vulns/v0.2, or cosign's vuln/v1 with Grype's or Trivy's JSON as its result.
 * Undefined: it is not of that shape, or not dated; then it says nothing, also not that there is nothing.
 */
export function attestedReport({ predicateType, predicate }: Statement): VulnerabilityReport | undefined {
  const scannedAt = timeAt(predicate, 'metadata', 'scanFinishedOn') ?? timeAt(predicate, 'metadata', 'scanStartedOn');
  const vulnerabilities =
    predicateType === predicateTypes.vulns
      ? inTotoResults(predicate)
      : scannerResults(fieldOf(predicate, 'scanner', 'result'));
  if (scannedAt === undefined || vulnerabilities === undefined) return undefined;
  return { scannedAt: new Date(scannedAt).toISOString(), vulnerabilities };
}

/** Every entry, or undefined where one of them can't be read. */
function each(
  list: readonly Json[] | undefined,
  read: (one: Json) => Vulnerability | undefined,
): readonly Vulnerability[] | undefined {
  const found = list?.map(read);
  return found === undefined || found.includes(undefined) ? undefined : found.filter((one) => one !== undefined);
}

/** in-toto attestation, spec/predicates/vulns_02.md: `scanner.result[]` of id, `severity[]` of method and score, annotations. */
function inTotoResults(predicate: Json): readonly Vulnerability[] | undefined {
  return each(listAt(predicate, 'scanner', 'result'), (one) => {
    const id = textAt(one, 'id');
    if (id === undefined) return undefined;
    const severity = worstSeverity((listAt(one, 'severity') ?? []).map((entry) => severityOf(fieldOf(entry, 'score'))));
    return { id, aliases: [], severity };
  });
}

function scannerResults(result: Json | undefined): readonly Vulnerability[] | undefined {
  const matches = listAt(result, 'matches');
  if (matches !== undefined) return each(matches, grypeMatch);
  // Trivy leaves `Results` out of a report on an image in which it found nothing it knows: such a report says nothing.
  return listAt(result, 'Results')
    ?.map((one) => each(listAt(one, 'Vulnerabilities') ?? [], trivyVulnerability))
    .reduce((all, some) => (all === undefined || some === undefined ? undefined : [...all, ...some]), []);
}

function grypeMatch(match: Json): Vulnerability | undefined {
  const id = textAt(match, 'vulnerability', 'id');
  if (id === undefined) return undefined;
  const state = textAt(match, 'vulnerability', 'fix', 'state');
  const name = textAt(match, 'artifact', 'name');
  return {
    id,
    aliases: (listAt(match, 'relatedVulnerabilities') ?? []).flatMap((one) => textAt(one, 'id') ?? []),
    severity: severityOf(fieldOf(match, 'vulnerability', 'severity')),
    ...(state === 'fixed'
      ? { fixable: true }
      : state === 'not-fixed' || state === 'wont-fix'
        ? { fixable: false }
        : {}),
    ...(name === undefined ? {} : { package: name }),
  };
}

function trivyVulnerability(one: Json): Vulnerability | undefined {
  const id = textAt(one, 'VulnerabilityID');
  if (id === undefined) return undefined;
  const name = textAt(one, 'PkgName');
  return {
    id,
    aliases: (listAt(one, 'VendorIDs') ?? []).filter((alias) => typeof alias === 'string'),
    severity: severityOf(fieldOf(one, 'Severity')),
    fixable: textAt(one, 'FixedVersion') !== undefined,
    ...(name === undefined ? {} : { package: name }),
  };
}
