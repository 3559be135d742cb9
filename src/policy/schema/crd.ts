import * as z from 'zod';
import { apiVersion } from './fields.ts';
import { imageException } from './image-exception.ts';
import { trustPolicy } from './trust-policy.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

interface Kind {
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly schema: z.ZodType;
}

const kinds: readonly Kind[] = [
  {
    plural: 'imageexceptions',
    singular: 'imageexception',
    kind: 'ImageException',
    shortNames: ['imgex'],
    schema: imageException,
  },
  { plural: 'trustpolicies', singular: 'trustpolicy', kind: 'TrustPolicy', shortNames: ['tp'], schema: trustPolicy },
];

/** The CustomResourceDefinitions of Holdfast's documents by their plural, made from the schemas that read the documents. */
export function customResourceDefinitions(): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(kinds.map((kind) => [kind.plural, definition(kind)]));
}

function definition({ plural, singular, kind, shortNames, schema }: Kind): JsonSchema {
  const [group, version] = apiVersion.split('/');
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { kind, listKind: `${kind}List`, plural, singular, shortNames },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema: structural(schema) } }],
    },
  };
}

/** A structural schema as Kubernetes wants it (apiextensions.k8s.io/v1): what it refuses is left out, the rest stays. */
function structural(schema: z.ZodType): JsonSchema {
  const whole = z.toJSONSchema(schema, { target: 'openapi-3.0', io: 'input', reused: 'inline', cycles: 'throw' });
  const root = cleaned(whole) as { readonly properties: Readonly<Record<string, JsonSchema>> };
  // The API server knows apiVersion, kind and metadata itself, and lets nobody else say more of metadata.
  const { apiVersion: version, kind, metadata, ...own } = root.properties;
  void [version, kind, metadata];
  return {
    type: 'object',
    required: ['spec'],
    properties: { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' }, ...own },
  };
}

/** Unknown fields are pruned by the server, so `additionalProperties: false` is neither needed nor allowed beside properties. */
function cleaned(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (Array.isArray(schema)) return schema.map(cleaned);
  const entries = Object.entries(schema)
    .filter(
      ([key, value]) =>
        key !== '$schema' && key !== 'propertyNames' && !(key === 'additionalProperties' && value === false),
    )
    .map(([key, value]) => [key, key === 'properties' ? cleanedEach(value) : cleaned(value)] as const);
  return Object.fromEntries(entries);
}

function cleanedEach(properties: unknown): unknown {
  return Object.fromEntries(Object.entries(properties as object).map(([name, schema]) => [name, cleaned(schema)]));
}
