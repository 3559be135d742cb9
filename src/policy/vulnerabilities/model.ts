import type { Digest } from '../../oci/index.ts';
import type { severities } from '../schema/trust-policy.ts';

/** `unknown`: nothing says how bad it is, which is not the same as harmless. */
export type Severity = (typeof severities)[number] | 'unknown';

export interface Vulnerability {
  /** `CVE-…`, `GHSA-…`, `DSA-…`. */
  readonly id: string;
  /** Other names of the same. */
  readonly aliases: readonly string[];
  readonly severity: Severity;
  /** Whether there is a version without it. Undefined: not said, and then it counts as if there were. */
  readonly fixable?: boolean;
  /** What has it, for people. */
  readonly package?: string;
}

/** What one look at an image found. */
export interface VulnerabilityReport {
  /** When it was looked, RFC 3339. */
  readonly scannedAt: string;
  readonly vulnerabilities: readonly Vulnerability[];
}

/**
 * Who knows the vulnerabilities of an image by now. The answer is there already: a decision does not wait.
 * Undefined: this image has not been matched, which is never a yes.
 */
export interface VulnerabilitySource {
  report(manifest: Digest): VulnerabilityReport | undefined;
}

/** A catalogue of what is known to be exploited (such as CISA's), asked by id and by each alias. */
export interface KnownExploited {
  has(id: string): boolean;
}
