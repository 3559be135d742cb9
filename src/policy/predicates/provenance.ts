import { type Json, predicateTypes, type Statement } from '../../attest/index.ts';
import { fieldOf, listAt, textAt, timeAt } from './fields.ts';
import { type ImageReference, imageOfUri } from './image-uri.ts';

/** What a policy asks of SLSA provenance. */
export interface ProvenanceFacts {
  readonly builder: string | undefined;
  /** Repositories it was built from, without scheme prefix `git+`, ref and `.git`. All of them have to be allowed. */
  readonly sources: readonly string[];
  /** Base images; where no dependency is marked as base, every image among them. */
  readonly bases: readonly ImageReference[];
  readonly finished: number | undefined;
}

export const provenanceTypes: readonly string[] = [predicateTypes.slsaprovenance1, predicateTypes.slsaprovenance02];

/** SLSA provenance v1 (slsa.dev/spec/v1.0/provenance) and v0.2, as builders write them. */
export function readProvenance({ predicateType, predicate }: Statement): ProvenanceFacts {
  return predicateType === predicateTypes.slsaprovenance1 ? readVersion1(predicate) : readVersion02(predicate);
}

function readVersion1(predicate: Json): ProvenanceFacts {
  const parameters = fieldOf(predicate, 'buildDefinition', 'externalParameters');
  const dependencies = listAt(predicate, 'buildDefinition', 'resolvedDependencies') ?? [];
  const named = [
    textAt(parameters, 'workflow', 'repository'),
    textAt(parameters, 'source'),
    textAt(parameters, 'source', 'uri'),
    textAt(parameters, 'configSource', 'uri'),
  ];
  return {
    builder: textAt(predicate, 'runDetails', 'builder', 'id'),
    sources: sourcesOf(named, dependencies),
    bases: basesOf(dependencies),
    finished: timeAt(predicate, 'runDetails', 'metadata', 'finishedOn'),
  };
}

function readVersion02(predicate: Json): ProvenanceFacts {
  const materials = listAt(predicate, 'materials') ?? [];
  return {
    builder: textAt(predicate, 'builder', 'id'),
    sources: sourcesOf([textAt(predicate, 'invocation', 'configSource', 'uri')], materials),
    bases: basesOf(materials),
    finished: timeAt(predicate, 'metadata', 'buildFinishedOn'),
  };
}

/** What the build was asked to build; where it does not say, every git repository that went in. */
function sourcesOf(named: readonly (string | undefined)[], dependencies: readonly Json[]): readonly string[] {
  const given = named.filter((uri) => uri !== undefined);
  const uris = given.length > 0 ? given : dependencies.flatMap((one) => textAt(one, 'uri') ?? []).filter(isGit);
  return [...new Set(uris.map(sourceUri))].sort();
}

function isGit(uri: string): boolean {
  return uri.startsWith('git+') || uri.startsWith('git://') || /\.git(?:@|$)/.test(uri);
}

/** `git+https://Host/a/b.git@refs/heads/main` → `https://host/a/b`; case counts in the path. */
export function sourceUri(uri: string): string {
  const bare = uri.replace(/^git\+/, '');
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/]*)(\/[^@?#]*)?/i.exec(bare);
  if (match === null) return bare;
  return `${match[1]?.toLowerCase()}${match[2]?.toLowerCase()}${(match[3] ?? '').replace(/\/+$/, '').replace(/\.git$/, '')}`;
}

function basesOf(dependencies: readonly Json[]): readonly ImageReference[] {
  const marked = dependencies.filter(
    (one) => textAt(one, 'name') === 'base' || textAt(one, 'annotations', 'role') === 'base',
  );
  if (marked.length > 0) return marked.map((one) => imageOfUri(textAt(one, 'uri') ?? '') ?? { name: undefined });
  return dependencies.flatMap((one) => imageOfUri(textAt(one, 'uri') ?? '') ?? []);
}
