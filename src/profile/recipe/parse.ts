import { HoldfastError } from '../../errors/index.ts';
import { checkedShape, type PlainDocument, readDocuments } from '../../policy/index.ts';
import { type Recipe, recipe } from './schema.ts';

/**
 * The recipe of one YAML or JSON file.
 * @throws HoldfastError `recipe-malformed`, with file, line and column; also where there is more than one document
 */
export function parseRecipe(file: string, bytes: Uint8Array): Recipe {
  const [document, ...more] = documents(file, bytes);
  if (document === undefined || more.length > 0)
    throw new HoldfastError('recipe-malformed', 'one Recipe, and nothing else, has to stand in it', { place: file });
  return recipeOf(document);
}

/** As `parseRecipe`, for a value that was JSON already, as a statement's predicate. `origin` stands in messages. */
export function parseRecipeValue(origin: string, value: unknown): Recipe {
  const place: PlainDocument['place'] = (path) => (path.length === 0 ? origin : `${origin}, at ${path.join('.')}`);
  return recipeOf({ value, place });
}

/** The reader is the policies'; what it refuses is told as what it is here. */
function documents(file: string, bytes: Uint8Array): readonly PlainDocument[] {
  try {
    return readDocuments(file, bytes);
  } catch (cause) {
    if (!(cause instanceof HoldfastError)) throw cause;
    const place = cause.place === undefined ? {} : { place: cause.place };
    throw new HoldfastError('recipe-malformed', cause.message, { ...place, cause });
  }
}

function recipeOf(document: PlainDocument): Recipe {
  const found = checkedShape(recipe, document, 'recipe-malformed');
  const refuse = (path: readonly (string | number)[], message: string): HoldfastError =>
    new HoldfastError('recipe-malformed', message, { place: document.place(path) });
  const { spec } = found;
  if (spec.build !== undefined && (spec.build.dockerfile === undefined) === (spec.build.patch === undefined))
    throw refuse(['spec', 'build'], 'has to be either dockerfile or patch');
  if (spec.build?.dockerfile !== undefined && spec.source === undefined)
    throw refuse(['spec', 'build', 'dockerfile'], 'a Dockerfile needs a source');
  if (spec.build?.patch !== undefined && spec.base === undefined)
    throw refuse(['spec', 'build', 'patch'], 'a patch needs a base');
  once(spec.runs, (at) => refuse(['spec', 'runs', at, 'name'], 'a name that stands here already'));
  once(spec.tests, (at) => refuse(['spec', 'tests', at, 'name'], 'a name that stands here already'));
  for (const [at, test] of spec.tests.entries()) {
    if ((test.command === undefined) === (test.image === undefined))
      throw refuse(['spec', 'tests', at], 'has to have either command or image');
    if (test.command !== undefined && test.arguments.length > 0)
      throw refuse(['spec', 'tests', at, 'arguments'], 'are of a test image; a command has its own');
  }
  const known = new Set(spec.tests.map(({ name }) => name));
  for (const [at, { tests }] of spec.runs.entries())
    for (const [index, name] of (tests ?? []).entries())
      if (!known.has(name)) throw refuse(['spec', 'runs', at, 'tests', index], 'no test is called so');
  return found;
}

function once(named: readonly { readonly name: string }[], refuse: (at: number) => HoldfastError): void {
  const before = new Set<string>();
  for (const [at, { name }] of named.entries()) {
    if (before.has(name)) throw refuse(at);
    before.add(name);
  }
}

/** The tests that exercise a run: those it names, else all. */
export function testsOfRun({ spec }: Recipe, run: Recipe['spec']['runs'][number]): Recipe['spec']['tests'] {
  return run.tests === undefined ? spec.tests : spec.tests.filter(({ name }) => run.tests?.includes(name));
}
