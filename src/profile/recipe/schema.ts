import * as z from 'zod';
import { apiVersion, documentMetadata, duration } from '../../policy/index.ts';

const text = z.string().min(1).max(1024);
const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe('sha256: and 64 lower-case hex digits');
const name = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/)
  .describe('Lower-case letters, digits and `-`');
const command = z.array(z.string().max(4096)).min(1).max(256);
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/);
const variables = z.record(variable, z.string().max(8192));
const inside = z
  .string()
  .max(4096)
  .regex(/^\/(?!.*\/\.\.?(?:\/|$))/)
  .describe('An absolute path in the container, without `.` and `..`');
const beside = z
  .string()
  .max(4096)
  .regex(/^(?!\/)(?!(?:.*\/)?\.\.(?:\/|$)).+$/)
  .describe('A path beside the recipe or in the source, not above it');

const namedImage = z.strictObject({
  name: text.describe('As a registry has it, with or without tag'),
  digest: digest
    .optional()
    .describe('The index or manifest; without it the name is resolved, and what it was is recorded'),
});

const source = z.strictObject({
  repository: text.describe('URI of a git repository'),
  revision: z
    .string()
    .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
    .describe('A commit; branches and tags move'),
  directory: beside.optional().describe('The build context in it'),
});

const build = z
  .strictObject({
    dockerfile: z
      .strictObject({
        path: beside.default('Dockerfile'),
        target: text.optional(),
        arguments: variables.default({}),
      })
      .optional()
      .describe('Build from source'),
    patch: z
      .strictObject({
        packages: z
          .array(text)
          .max(1024)
          .default([])
          .describe('Upgrade these only; all that have a fix where none is named'),
      })
      .optional()
      .describe('No source: upgrade the distribution’s packages in a new layer on the base'),
  })
  .describe('Exactly one of these');

const fixture = z.strictObject({
  source: beside.describe('A file or directory that is mounted'),
  target: inside,
  readOnly: z.boolean().default(true),
});

const port = z.strictObject({
  port: z.int().min(1).max(65_535),
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
});

const run = z.strictObject({
  name,
  entrypoint: command.optional().describe('Instead of the image’s'),
  arguments: z.array(z.string().max(4096)).max(256).optional().describe('Instead of the image’s'),
  environment: variables.default({}),
  user: text.optional().describe('UID[:GID] or a name of the image'),
  workingDirectory: inside.optional(),
  readOnlyRoot: z.boolean().default(false),
  capabilities: z
    .strictObject({
      add: z.array(text).max(64).default([]),
      drop: z.array(text).max(64).default([]),
    })
    .prefault({})
    .describe('Without the prefix CAP_; `ALL`'),
  ports: z.array(port).max(64).default([]).describe('Ready when all of them can be connected to'),
  fixtures: z.array(fixture).max(64).default([]),
  probes: z
    .array(command)
    .max(32)
    .default([])
    .describe('Commands that the platform starts in it from outside: exec probes and lifecycle hooks'),
  replicas: z.int().min(1).max(16).default(1).describe('Containers of the run that exist at once'),
  repeat: z
    .int()
    .min(1)
    .max(16)
    .default(2)
    .describe('How often it is run: what the last still adds says what is missing'),
  tests: z.array(name).max(64).optional().describe('Tests that exercise it; all where none is named'),
});

const test = z.strictObject({
  name,
  command: command.optional().describe('Run on the host, in the recipe’s directory'),
  image: namedImage.optional().describe('Run as a container of its own, in the same network'),
  arguments: z.array(z.string().max(4096)).max(256).default([]).describe('Of the test image'),
  environment: variables.default({}),
  timeout: duration.default('10m'),
});

const harden = z.strictObject({
  keep: z.array(inside).max(1024).default([]).describe('Files and directories to keep whatever the profile says'),
  remove: z.array(inside).max(1024).default([]).describe('Not even where the closure of what is needed holds them'),
  keepPackages: z.array(text).max(256).default([]).describe('Whole packages to keep, by name'),
  shell: z.enum(['profile', 'keep']).default('profile').describe('Whether a shell stays that was not seen to run'),
});

export const recipe = z.strictObject({
  apiVersion: z.literal(apiVersion),
  kind: z.literal('Recipe'),
  metadata: documentMetadata,
  spec: z.strictObject({
    source: source.optional(),
    base: namedImage.optional().describe('What it is built on'),
    build: build.optional(),
    platforms: z
      .array(z.string().regex(/^[a-z0-9]+\/[a-z0-9]+(?:\/[a-z0-9]+)?$/))
      .max(16)
      .default([]),
    runs: z.array(run).min(1).max(16),
    tests: z.array(test).max(64).default([]),
    harden: harden.prefault({}),
  }),
});

export type Recipe = z.output<typeof recipe>;
export type RecipeRun = Recipe['spec']['runs'][number];
export type RecipeTest = Recipe['spec']['tests'][number];
