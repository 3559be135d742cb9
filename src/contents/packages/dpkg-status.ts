import { paragraphsOf } from './fields.ts';
import type { Problems } from './problems.ts';

/** An installed package as dpkg's status names it. */
export interface DpkgEntry {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: { readonly name: string; readonly version: string };
  /** Configuration files, as absolute paths. */
  readonly conffiles: readonly string[];
  /** The file that says so. */
  readonly location: string;
}

const wanted = new Set(['package', 'status', 'version', 'architecture', 'source', 'conffiles']);
const namePattern = /^[A-Za-z0-9][A-Za-z0-9+.-]*$/;
const versionPattern = /^[A-Za-z0-9.+~:-]+$/;
const architecturePattern = /^[a-z0-9-]+$/;
const mostEntries = 200_000;

/**
 * The installed packages of a status file or a file of `status.d` (which has no `Status` field: distroless).
 *
 * The third word of `Status` decides, see dpkg(1). `installed`, `triggers-pending` and `triggers-awaited` are installed,
 * held or not. `unpacked`, `half-configured` and `half-installed` have files on the disk: they are listed, with a problem.
 * `config-files` and `not-installed` are not listed: of the first only configuration is left, and it has no owner.
 */
export function readStatus(text: string, location: string, problems: Problems): readonly DpkgEntry[] {
  const entries: DpkgEntry[] = [];
  const apart = location.includes('/status.d/');
  if (text !== '' && !text.endsWith('\n') && !apart) {
    problems.add('dpkg-truncated', location, 'the last line has no end');
  }
  for (const { fields, line, strangeLines } of paragraphsOf(text, wanted)) {
    const place = `${location}:${line}`;
    if (strangeLines > 0) problems.add('dpkg-malformed', place, `${strangeLines} lines are no field`);
    const state = stateOf(fields.get('status') ?? (apart ? installed : ''));
    if (state === 'absent') continue;
    const name = fields.get('package') ?? '';
    const version = fields.get('version') ?? '';
    const architecture = fields.get('architecture') ?? '';
    if (!namePattern.test(name) || !versionPattern.test(version) || !architecturePattern.test(architecture)) {
      problems.add('dpkg-malformed', place, 'no usable package, version or architecture');
      continue;
    }
    if (state === 'unknown') {
      problems.add('dpkg-malformed', place, `the status of ${name} is not known; taken as installed`);
    } else if (state !== 'installed') problems.add('dpkg-not-configured', place, `${name} is ${state}`);
    if (entries.length === mostEntries) {
      problems.add('package-too-many', location, `more than ${mostEntries} packages`);
      break;
    }
    entries.push({
      name,
      version,
      architecture,
      source: sourceOf(fields.get('source'), name, version),
      conffiles: conffilesOf(fields.get('conffiles')),
      location,
    });
  }
  return entries;
}

type State = 'installed' | 'unpacked' | 'half-configured' | 'half-installed' | 'absent' | 'unknown';

const installed = 'install ok installed';

function stateOf(status: string): State {
  const word = status.split(/\s+/)[2] ?? '';
  switch (word) {
    case 'installed':
    case 'triggers-pending':
    case 'triggers-awaited':
      return 'installed';
    case 'unpacked':
    case 'half-configured':
    case 'half-installed':
      return word;
    case 'config-files':
    case 'not-installed':
      return 'absent';
    default:
      return 'unknown';
  }
}

/** `Source: name (version)`; what is left out is the binary package's own. */
function sourceOf(field: string | undefined, name: string, version: string): DpkgEntry['source'] {
  const match = /^(\S+)(?:\s+\(([^)]*)\))?/.exec(field ?? '');
  return { name: match?.[1] ?? name, version: match?.[2] ?? version };
}

/** ` /path md5sum [obsolete|remove-on-upgrade]` a line; a path may hold spaces. */
function conffilesOf(field: string | undefined): readonly string[] {
  if (field === undefined) return [];
  return field.split('\n').flatMap((line) => {
    const match = /^(\/.*?) (?:[0-9a-f]{32}|newconffile)(?: .*)?$/.exec(line.trim());
    return match?.[1] === undefined ? [] : [match[1]];
  });
}
