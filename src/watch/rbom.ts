import type { Bom, Component, Occurrence, Property } from '../sbom/index.ts';
import { toolComponent } from '../sbom/index.ts';
import type { ImageBody } from './bodies.ts';
import type { Coverage } from './coverage.ts';
import type { FileUse } from './model.ts';
import type { FileUsed, PackageNamed } from './uses.ts';

/** What a Runtime BOM is made of: containers of one image, what they used, how much was seen. */
export interface RbomInput {
  readonly toolVersion: string;
  /** RFC 3339 UTC. */
  readonly time: string;
  readonly image: ImageBody;
  readonly containers: readonly { readonly display: string; readonly running: boolean; readonly coverage: Coverage }[];
  readonly uses: readonly FileUsed[];
  /** Of the image, by purl. */
  readonly packages: ReadonlyMap<string, PackageNamed>;
}

const useOrder: readonly FileUse[] = ['executed', 'mapped', 'loaded', 'read', 'written'];
/** Listed in full up to here; what is left out is counted. */
const mostFiles = 20_000;
const mostOccurrences = 20_000;

/**
 * CycloneDX 1.6 (schema bom-1.6), lifecycle `operations`: a component for each package of which something was executed,
 * mapped, loaded or read, and for each such file that no package owns.
 */
export function runtimeBom(input: RbomInput): Bom {
  const used = input.uses.filter((one) => one.use !== 'written');
  const owned = Map.groupBy(
    used.filter((one) => one.package !== undefined),
    (one) => one.package ?? '',
  );
  const loose = [
    ...Map.groupBy(
      used.filter((one) => one.package === undefined),
      (one) => `${one.path}\0${one.sha256 ?? ''}`,
    ).values(),
  ];
  const packages = [...owned].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      timestamp: input.time,
      lifecycles: [{ phase: 'operations' }],
      tools: { components: [toolComponent(input.toolVersion)] },
      component: imageComponent(input.image),
      properties: [...coverageProperties(input), ...summary(input, packages, loose.length)],
    },
    components: [
      ...packages.map(([purl, files]) => packageComponent(purl, files, input.packages.get(purl))),
      ...loose.slice(0, mostFiles).flatMap(fileComponent),
    ],
    compositions: [
      {
        aggregate: input.containers.every((one) => one.coverage.sufficient) ? 'unknown' : 'incomplete',
        assemblies: ['image'],
      },
    ],
  };
}

function imageComponent(image: ImageBody): Component {
  const digests = (['index', 'manifest', 'config'] as const).flatMap((kind) =>
    image[kind] === null ? [] : [{ name: `holdfast:image:${kind}` as const, value: image[kind] }],
  );
  return {
    type: 'container',
    'bom-ref': 'image',
    name: image.name === '' ? 'image' : image.name,
    ...(image.key === null ? {} : { version: image.key }),
    ...(image.manifest === null ? {} : { hashes: [{ alg: 'SHA-256' as const, content: image.manifest.slice(7) }] }),
    properties: [...digests, { name: 'holdfast:image:named', value: image.named }],
  };
}

function coverageProperties(input: RbomInput): readonly Property[] {
  return input.containers.flatMap(({ display, running, coverage }) => [
    { name: 'holdfast:container' as const, value: `${display} ${running ? 'running' : 'ended'}` },
    {
      name: 'holdfast:coverage' as const,
      value: `${display} ${coverage.from} ${coverage.to} ${coverage.sufficient ? 'sufficient' : 'insufficient'}`,
    },
    ...coverage.gaps.map((gap) => ({
      name: 'holdfast:coverage:gap' as const,
      value: [display, gap.cause, gap.from, gap.to ?? 'open', gap.repaired ? 'repaired' : 'lost', gap.detail].join(' '),
    })),
  ]);
}

function summary(
  input: RbomInput,
  packages: readonly (readonly [string, readonly FileUsed[]])[],
  loose: number,
): readonly Property[] {
  const inUse = packages.filter(([, files]) => files.some((file) => file.use !== 'read')).length;
  return [
    { name: 'holdfast:packages:in-use', value: String(inUse) },
    { name: 'holdfast:packages:read', value: String(packages.length - inUse) },
    { name: 'holdfast:packages:in-image', value: String(input.packages.size) },
    ...(loose > mostFiles ? [{ name: 'holdfast:files:omitted' as const, value: String(loose - mostFiles) }] : []),
  ];
}

function packageComponent(purl: string, files: readonly FileUsed[], named: PackageNamed | undefined): Component {
  const name = named?.name ?? purl;
  // As in an image's SBOM: npm's scope is the group.
  const scope = purl.startsWith('pkg:npm/') && name.startsWith('@') ? name.indexOf('/') : -1;
  const byFile = [...Map.groupBy(files, (file) => `${file.path}\0${file.sha256 ?? ''}`).values()];
  const occurrences = byFile.slice(0, mostOccurrences).flatMap(occurrenceOf);
  return {
    type: 'library',
    'bom-ref': purl,
    ...(scope < 0 ? {} : { group: name.slice(0, scope) }),
    name: name.slice(scope + 1),
    ...(named === undefined ? {} : { version: named.version }),
    purl,
    evidence: {
      identity: [
        {
          field: 'purl',
          confidence: 1,
          concludedValue: purl,
          methods: [{ technique: 'instrumentation', confidence: 1, value: 'files executed, mapped, loaded or opened' }],
        },
      ],
      occurrences,
    },
    properties: useProperties(files),
  };
}

function occurrenceOf(files: readonly FileUsed[]): readonly Occurrence[] {
  const [file] = files;
  if (file === undefined) return [];
  const digest = file.sha256 === undefined ? 'not hashed' : `sha256:${file.sha256}`;
  return [{ location: file.path, additionalContext: `${digest} ${usesText(files)} ${file.from}` }];
}

function fileComponent(files: readonly FileUsed[]): readonly Component[] {
  const [file] = files;
  if (file === undefined) return [];
  const { path, sha256, from } = file;
  return [
    {
      type: 'file',
      'bom-ref': `file:${path}@${sha256 ?? 'unknown'}`,
      name: path === '' ? 'nameless' : path,
      ...(sha256 === undefined ? {} : { hashes: [{ alg: 'SHA-256' as const, content: sha256 }] }),
      evidence: { occurrences: occurrenceOf(files) },
      properties: [
        ...useProperties(files),
        { name: 'holdfast:from', value: from },
        ...[...new Set(files.map((one) => `${one.verdict} ${one.how}`))].map((value) => ({
          name: 'holdfast:identity' as const,
          value,
        })),
      ],
    },
  ];
}

function usesText(files: readonly FileUsed[]): string {
  const uses = new Set(files.map((one) => one.use));
  return useOrder.filter((use) => uses.has(use)).join(',');
}

function useProperties(files: readonly FileUsed[]): readonly Property[] {
  const properties: Property[] = [];
  for (const use of useOrder) {
    const some = files.filter((one) => one.use === use);
    if (some.length === 0) continue;
    const first = some.reduce((least, one) => (one.first < least ? one.first : least), some[0]?.first ?? '');
    const last = some.reduce((most, one) => (one.last > most ? one.last : most), '');
    const count = some.reduce((sum, one) => sum + one.count, 0);
    properties.push({ name: `holdfast:${use}`, value: `first ${first} last ${last} count ${count}` });
  }
  return properties;
}
