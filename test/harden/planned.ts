import { packageReaders, readImageTree } from '../../src/contents/index.ts';
import { type HardenOptions, noOptions } from '../../src/harden/need/options.ts';
import { pictureOf } from '../../src/harden/picture.ts';
import { type Plan, planOf } from '../../src/harden/plan.ts';
import { hardenReader, listening } from '../../src/harden/reader.ts';
import { imageFrom } from '../../src/oci/index.ts';
import { type ExecutionProfile, readProfileValue } from '../../src/profile/index.ts';
import { buildImage, type TestImageOptions } from '../support/image.ts';
import { memoryStore } from '../support/read-image.ts';
import type { TestEntry } from '../support/tar.ts';

export interface PlanSpec {
  readonly layers: readonly (readonly TestEntry[])[];
  readonly config?: TestImageOptions['config'];
  readonly profile?: ExecutionProfile;
  readonly options?: Partial<HardenOptions>;
}

/** What stays of an image that is built from entries. */
export async function planned({ layers, config, profile = profileOf({}), options = {} }: PlanSpec): Promise<Plan> {
  const image = buildImage({ layers: layers.map((files) => ({ files })), ...(config === undefined ? {} : { config }) });
  const { signal } = new AbortController();
  const { mediaType, digest, size } = image.manifest;
  const source = await imageFrom(memoryStore(image), { mediaType, digest, size, annotations: {} }, { signal });
  const reader = hardenReader();
  const { readers, packages } = listening(packageReaders);
  const tree = await readImageTree(source, { signal, readers: [...readers, reader] });
  const picture = pictureOf(tree, reader.heard, packages, { ...source.config, volumes: [] });
  return planOf(picture, profile, { ...noOptions, ...options });
}

export interface ProfileSpec {
  /** Programs, as the image's own bytes. */
  readonly programs?: readonly string[];
  /** Patterns, by access letters. */
  readonly files?: Readonly<Record<string, readonly string[]>>;
}

/** A profile written by hand, and read as any other is. */
export function profileOf({ programs = [], files = {} }: ProfileSpec, subject?: string): ExecutionProfile {
  const rows = Object.entries(files).flatMap(([letters, patterns]) =>
    patterns.map((pattern) => {
      const slash = pattern.lastIndexOf('/');
      return [pattern.slice(0, slash) || '/', [[letters, 1, 1, 0, [pattern.slice(slash + 1)]]]] as const;
    }),
  );
  const merged = new Map<string, unknown[]>();
  for (const [directory, groups] of rows) merged.set(directory, [...(merged.get(directory) ?? []), ...groups]);
  const wildcards = Object.values(files)
    .flat()
    .filter((pattern) => /[*{]/.test(pattern)).length;
  const seen = Object.values(files).flat().length + programs.length;
  return readProfileValue(
    {
      apiVersion: 'holdfast.dev/v1alpha1',
      kind: 'ExecutionProfile',
      ...(subject === undefined ? {} : { subject }),
      recorded: {
        runs: [{ id: 'one', from: '2026-11-24T10:00:00Z', to: '2026-11-24T10:04:00Z', replicas: 1 }],
        gaps: [],
        notShown: [],
      },
      completeness: { entries: seen, added: [seen] },
      wildcards,
      rules: [],
      aliases: [],
      executables: programs.map((path) => [path, ['image']]),
      processes: programs.map((path, index) => [index, '@entry', 0, '0', [[[path], 1, 1, 0]]]),
      files: [...merged],
      pins: [],
      outbound: [],
      inbound: [],
      omitted: [],
      tests: {},
    },
    'test',
  );
}

/** What stays, directories left out, sorted. */
export function staying({ reasons }: Plan, files: readonly (readonly TestEntry[])[]): readonly string[] {
  const leaves = new Set(
    files.flat().flatMap(({ path }) => (typeof path === 'string' && !path.endsWith('/') ? [`/${path}`] : [])),
  );
  return [...reasons.keys()].filter((path) => leaves.has(path)).sort();
}
