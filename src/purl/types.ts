import { lower } from './encoding.ts';

/** The parts a type's rule sees and changes. */
export interface TypedParts {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
  readonly qualifiers: Readonly<Record<string, string>>;
}

/** What one type demands beyond the common grammar; from the purl project's type definitions. */
export interface TypeRule {
  readonly namespace: 'required' | 'optional' | 'prohibited';
  /** The namespace needs at least so many segments. */
  readonly segments?: number;
  /** Parts that are not case sensitive: their canonical form is lower case. */
  readonly fold?: readonly ('namespace' | 'name' | 'version')[];
  /** Qualifiers without which the purl names nothing. */
  readonly qualifiers?: readonly string[];
  /** Further canonical spelling. */
  readonly spell?: (parts: TypedParts) => Partial<TypedParts>;
  /** Says what is wrong with a part, after folding and spelling. */
  readonly check?: (
    parts: TypedParts,
  ) => { readonly part: 'namespace' | 'name' | 'version'; readonly why: string } | undefined;
  /** The namespace ends after its first segment and the name holds the rest, slashes and all. */
  readonly pathName?: true;
}

const both = ['namespace', 'name'] as const;
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const unknownType: TypeRule = { namespace: 'optional' };

const rules: Readonly<Record<string, TypeRule>> = {
  alpm: { namespace: 'required', fold: both },
  apk: { namespace: 'required', fold: both },
  bazel: { namespace: 'prohibited' },
  bitbucket: { namespace: 'required', fold: both },
  bitnami: { namespace: 'prohibited', fold: ['name'] },
  brew: { namespace: 'optional', fold: both },
  cargo: { namespace: 'prohibited' },
  'chrome-extension': {
    namespace: 'prohibited',
    fold: ['name'],
    check: ({ name, version }) => {
      if (!/^[a-p]{32}$/.test(name)) return { part: 'name', why: 'is not 32 letters from a to p' };
      if (version !== undefined && !/^\d+(\.\d+){0,3}$/.test(version)) {
        return { part: 'version', why: 'is not one to four numbers' };
      }
      return undefined;
    },
  },
  cocoapods: {
    namespace: 'prohibited',
    check: ({ name }) =>
      /[\s+]|^\./.test(name) ? { part: 'name', why: 'holds a space or plus sign, or begins with a period' } : undefined,
  },
  composer: { namespace: 'required', fold: both },
  conan: { namespace: 'optional' },
  conda: { namespace: 'prohibited' },
  cpan: {
    namespace: 'optional',
    spell: ({ namespace }) => ({ namespace: namespace?.replace(/[a-z]+/g, (letters) => letters.toUpperCase()) }),
    check: ({ name }) =>
      name.includes('::') ? { part: 'name', why: 'is a module (it holds `::`), not a distribution' } : undefined,
  },
  cran: { namespace: 'prohibited' },
  deb: { namespace: 'required', fold: both },
  docker: { namespace: 'optional' },
  gem: { namespace: 'prohibited' },
  generic: { namespace: 'optional' },
  git: { namespace: 'required', fold: both, pathName: true },
  github: { namespace: 'required', fold: both },
  // The definition asks for a namespace, but modules of one element exist, the standard library first of all.
  golang: { namespace: 'optional', fold: both },
  hackage: { namespace: 'prohibited', spell: ({ name }) => ({ name: name.replace(/[\s_]+/g, '-') }) },
  hex: { namespace: 'optional', fold: both },
  huggingface: { namespace: 'optional', fold: ['version'] },
  julia: { namespace: 'prohibited', qualifiers: ['uuid'] },
  luarocks: { namespace: 'optional', fold: both },
  maven: { namespace: 'required' },
  mlflow: {
    namespace: 'prohibited',
    // The tracking server decides: Databricks ignores case, Azure ML does not.
    spell: ({ name, qualifiers }) =>
      /databricks/i.test(qualifiers['repository_url'] ?? '') ? { name: lower(name) } : {},
  },
  npm: { namespace: 'optional', fold: both },
  nuget: { namespace: 'prohibited' },
  oci: { namespace: 'prohibited', fold: ['name', 'version'] },
  opam: { namespace: 'prohibited' },
  otp: { namespace: 'prohibited', fold: ['name'] },
  pub: {
    namespace: 'prohibited',
    fold: ['name'],
    spell: ({ name }) => ({ name: name.replace(/[^a-z0-9_]/g, '_') }),
  },
  pypi: {
    namespace: 'prohibited',
    fold: ['name', 'version'],
    spell: ({ name }) => ({ name: name.replaceAll('_', '-') }),
  },
  qpkg: { namespace: 'required', fold: ['namespace'] },
  rpm: { namespace: 'required', fold: ['namespace'] },
  swid: {
    namespace: 'optional',
    qualifiers: ['tag_id'],
    spell: ({ qualifiers }) => {
      const tag = qualifiers['tag_id'];
      return tag !== undefined && guid.test(tag) ? { qualifiers: { ...qualifiers, tag_id: lower(tag) } } : {};
    },
    check: ({ namespace }) =>
      namespace !== undefined && namespace.split('/').length > 2
        ? { part: 'namespace', why: 'has more than two segments' }
        : undefined,
  },
  // Source host and owner: one segment alone leaves the owner or the repository out.
  swift: { namespace: 'required', segments: 2 },
  vcpkg: { namespace: 'prohibited' },
  'vscode-extension': { namespace: 'required', fold: ['namespace', 'name', 'version'] },
  yocto: { namespace: 'optional', fold: ['namespace'] },
};

/** The rule for a type (in lower case); types without a definition only follow the common grammar. */
export function ruleFor(type: string): TypeRule {
  return Object.hasOwn(rules, type) ? (rules[type] ?? unknownType) : unknownType;
}

/** Every type with rules of its own. */
export const knownTypes: readonly string[] = Object.keys(rules);
