import type { ExecutionProfile } from '../../profile/index.ts';
import type { Inside } from './inside.ts';
import type { Attack, Step } from './model.ts';

const directories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const placeholder = /\{([a-z][a-z0-9-]*)\}/g;

/** What an image has of what attacks need: programs by name, and a library to copy. */
export interface Found {
  readonly programs: ReadonlyMap<string, string>;
  readonly library: string | undefined;
}

export async function findPrograms(
  inside: Inside,
  attacks: readonly Attack[],
  profile: Pick<ExecutionProfile, 'processes' | 'files'>,
): Promise<Found> {
  const names = new Set(attacks.flatMap(({ ways }) => ways.flatMap((way) => way.flatMap(namesIn))));
  const programs = new Map<string, string>();
  for (const name of names) {
    const path = name === 'service' ? serviceOf(profile) : await firstOf(inside, name);
    if (path !== undefined) programs.set(name, path);
  }
  return { programs, library: libraryOf(profile) };
}

async function firstOf(inside: Inside, name: string): Promise<string | undefined> {
  for (const directory of directories)
    if ((await inside.find(`${directory}/${name}`)) !== undefined) return `${directory}/${name}`;
  return undefined;
}

function serviceOf({ processes }: Pick<ExecutionProfile, 'processes'>): string | undefined {
  return processes.find(({ parent }) => parent === '@entry')?.path;
}

/** One that the profile maps; neither the loader nor the C library, of which there can't be two in a process. */
function libraryOf({ files }: Pick<ExecutionProfile, 'files'>): string | undefined {
  const libraries = files.map(({ pattern }) => pattern).filter((path) => /\/lib[^/*{]+\.so[.\d]*$/.test(path));
  return libraries.find((path) => !/\/lib(?:c|pthread|dl)[.-]/.test(path));
}

function namesIn(step: Step): readonly string[] {
  const texts = step.do === 'exec' ? step.command : step.do === 'drop' ? [step.path] : [];
  return texts.flatMap((text) => [...text.matchAll(placeholder)].map(([, name]) => name ?? ''));
}

/** The first way that this image can host; undefined: none. */
export function wayOf({ ways }: Attack, found: Found): readonly Step[] | undefined {
  return ways.find((way) =>
    way.every(
      (step) =>
        namesIn(step).every((name) => found.programs.has(name)) &&
        (step.do !== 'drop' || step.bytes !== 'library' || found.library !== undefined),
    ),
  );
}

export function filledIn(text: string, { programs }: Found): string {
  return text.replaceAll(placeholder, (whole, name: string) => programs.get(name) ?? whole);
}
