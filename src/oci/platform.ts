import { HoldfastError } from '../errors/index.ts';
import { exactFieldsOf, type Fields, optionalTextOf } from './json.ts';

/** OCI's words for an operating system and an architecture (Go's GOOS and GOARCH). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', ppc64: 'ppc64le' };

/** What this host runs: containers here are Linux. */
export function hostPlatform(): Platform {
  return { os: 'linux', architecture: architectures[process.arch] ?? process.arch };
}

/**
 * `os/arch` or `os/arch/variant`, as in `--platform`.
 * @throws HoldfastError `platform-malformed`
 */
export function parsePlatform(text: string): Platform {
  const match = /^([a-z0-9._-]+)\/([a-z0-9._-]+)(?:\/([a-z0-9._-]+))?$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new HoldfastError(
      'platform-malformed',
      `not os/arch or os/arch/variant: ${JSON.stringify(text.slice(0, 100))}`,
    );
  }
  return { os: match[1], architecture: match[2], ...(match[3] === undefined ? {} : { variant: match[3] }) };
}

export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, ...(platform.variant === undefined ? [] : [platform.variant])].join('/');
}

/** A platform object of a descriptor or of a config; undefined when it names none. */
export function platformIn(value: unknown, place: string): Platform | undefined {
  if (value === undefined || value === null) return undefined;
  const fields: Fields = exactFieldsOf(value, place);
  const os = optionalTextOf(fields, 'os', place);
  const architecture = optionalTextOf(fields, 'architecture', place);
  const variant = optionalTextOf(fields, 'variant', place);
  if (os === undefined || architecture === undefined) return undefined;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** An asked-for variant must be there, or be the one the architecture has by default. */
export function platformMatches(wanted: Platform, has: Platform): boolean {
  if (wanted.os !== has.os || wanted.architecture !== has.architecture) return false;
  return wanted.variant === undefined || wanted.variant === (has.variant ?? defaultVariant(has.architecture));
}

export function defaultVariant(architecture: string): string | undefined {
  if (architecture === 'arm64') return 'v8';
  return architecture === 'arm' ? 'v7' : undefined;
}
