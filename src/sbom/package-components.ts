import type { ImageContents, ImageFile, ImagePackage } from '../contents/index.ts';
import type { Component, Evidence, Property } from './cyclonedx.ts';
import { licensesFrom } from './licenses.ts';

/** Occurrences a component lists at most; the rest is counted in a property. */
const mostOccurrences = 20_000;

/** One package URL, with every place that names it and every file it owns. */
interface Found {
  readonly packages: ImagePackage[];
  readonly files: ImageFile[];
}

/** One component a package URL, in the order of the URLs; the same version in two places is one component. */
export function packageComponents(contents: ImageContents, occurrences: 'locations' | 'files'): readonly Component[] {
  const byPurl = new Map<string, Found>();
  const byIndex = contents.packages.map((one) => {
    const found = byPurl.get(one.purl) ?? { packages: [], files: [] };
    found.packages.push(one);
    byPurl.set(one.purl, found);
    return found;
  });
  for (const file of contents.files) {
    if (file.owner !== undefined) byIndex[file.owner]?.files.push(file);
  }
  const places = new Map(contents.files.map((file) => [file.path, file]));
  return [...byPurl]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([purl, found]) => {
      const [first] = found.packages;
      return first === undefined ? [] : [component(purl, first, found, { contents, places, occurrences })];
    });
}

interface Surroundings {
  readonly contents: ImageContents;
  readonly places: ReadonlyMap<string, ImageFile>;
  readonly occurrences: 'locations' | 'files';
}

function component(purl: string, first: ImagePackage, found: Found, around: Surroundings): Component {
  const licenses = licensesFrom(found.packages.flatMap((one) => one.licenses ?? []));
  const scope = first.type === 'npm' && first.name.startsWith('@') ? first.name.indexOf('/') : -1;
  const binary = binaryOf(found);
  return {
    type: binary === undefined ? 'library' : 'application',
    'bom-ref': purl,
    ...(scope < 0 ? {} : { group: first.name.slice(0, scope) }),
    name: first.name.slice(scope + 1),
    version: first.version,
    ...(binary === undefined ? {} : { hashes: [{ alg: 'SHA-256', content: binary.sha256 }] }),
    ...(licenses.length === 0 ? {} : { licenses }),
    purl,
    evidence: evidenceOf(purl, found, around.occurrences),
    properties: propertiesOf(found, around),
  };
}

/** A Go program is one file: its digest is the component's. */
function binaryOf({ packages, files }: Found): ImageFile | undefined {
  const [file] = files;
  return packages[0]?.type === 'golang' && files.length === 1 && file?.path === packages[0].location ? file : undefined;
}

function evidenceOf(purl: string, { packages, files }: Found, occurrences: 'locations' | 'files'): Evidence {
  const locations = [...new Set(packages.map((one) => one.location))].sort();
  const technique = packages[0]?.type === 'golang' ? 'binary-analysis' : 'manifest-analysis';
  const listed =
    occurrences === 'locations'
      ? locations.map((location) => ({ location }))
      : files.map((file) => ({ location: file.path, additionalContext: `sha256:${file.sha256}` }));
  return {
    identity: [
      {
        field: 'purl',
        confidence: 1,
        concludedValue: purl,
        methods: locations.slice(0, mostOccurrences).map((value) => ({ technique, confidence: 1, value })),
      },
    ],
    occurrences: listed.slice(0, mostOccurrences),
  };
}

/** The source package, and each layer that holds files of the package (or, without files, what names it). */
function propertiesOf(
  { packages, files }: Found,
  { contents, places, occurrences }: Surroundings,
): readonly Property[] {
  const source = packages[0]?.source;
  const held = files.length > 0 ? files : packages.flatMap((one) => places.get(one.location) ?? []);
  const layers = [...new Set(held.map((file) => file.layer))].sort((a, b) => a - b);
  const properties: Property[] = [
    ...(source === undefined
      ? []
      : [
          { name: 'holdfast:source:name' as const, value: source.name },
          { name: 'holdfast:source:version' as const, value: source.version },
        ]),
    ...layers.map((index) => ({
      name: 'holdfast:layer' as const,
      value: [index, contents.layers[index]?.diffId].filter((part) => part !== undefined).join(' '),
    })),
    { name: 'holdfast:files', value: String(files.length) },
  ];
  if (occurrences === 'files' && files.length > mostOccurrences) {
    properties.push({ name: 'holdfast:occurrences:omitted', value: String(files.length - mostOccurrences) });
  }
  return properties;
}
