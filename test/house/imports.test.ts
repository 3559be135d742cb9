import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { files, importsOf, root, textOf } from './tree.ts';

/** A folder may import only those before it. ARCHITECTURE.md says what each holds. */
const order = (
  'errors files commands json purl oci contents sbom attest ledger advisory policy sensor containers ' +
  'profile watch exposure verdict notify exercise seal harden repair query kube hub cli'
).split(' ');

interface Import {
  readonly from: string;
  readonly to: string;
}

function relativeImports(pattern: string): readonly Import[] {
  return files(pattern).flatMap((from) =>
    importsOf(textOf(from))
      .filter((name) => name.startsWith('.'))
      .map((name) => ({ from, to: join(dirname(from), name) })),
  );
}

const folderOf = (path: string): string => path.split('/')[1] ?? '';

/** The outermost folder with a door of its own that holds `to` and not `from`. */
function doorBetween({ from, to }: Import): string | undefined {
  const steps = dirname(to).split('/');
  for (let depth = 2; depth <= steps.length; depth += 1) {
    const folder = steps.slice(0, depth).join('/');
    if (from.startsWith(`${folder}/`)) continue;
    if (depth === 2 || existsSync(join(root, folder, 'index.ts'))) return `${folder}/index.ts`;
  }
  return undefined;
}

/** Rules that an import breaks, as sentences. */
function broken(one: Import): readonly string[] {
  const faults: string[] = [];
  const place = `${one.from} → ${one.to}`;
  if (!one.to.startsWith('src/')) return [`${place}: leaves src`];
  const [mine, other] = [order.indexOf(folderOf(one.from)), order.indexOf(folderOf(one.to))];
  if (other > mine) faults.push(`${place}: against the order`);
  const door = doorBetween(one);
  if (door !== undefined && one.to !== door) faults.push(`${place}: not through ${door}`);
  if (!existsSync(join(root, one.to))) faults.push(`${place}: is not there`);
  return faults;
}

test('imports go one way and through doors', () => {
  const imports = relativeImports('src/**/*.ts');
  assert.ok(imports.length > 20, 'the pattern for imports finds them');
  assert.deepEqual(imports.flatMap(broken), []);
});

test('a wrong import is seen as wrong', () => {
  assert.match(broken({ from: 'src/oci/a.ts', to: 'src/cli/main.ts' }).join(), /against the order.*not through/);
  assert.match(broken({ from: 'src/cli/a.ts', to: 'src/oci/digest.ts' }).join(), /not through src\/oci\/index.ts/);
  assert.match(broken({ from: 'src/cli/a.ts', to: 'src/cli/output/table.ts' }).join(), /not through src\/cli\/output/);
  assert.match(broken({ from: 'src/cli/a.ts', to: 'test/a.ts' }).join(), /leaves src/);
  assert.deepEqual(broken({ from: 'src/cli/output/table.ts', to: 'src/cli/verbs.ts' }), []);
  assert.deepEqual(
    importsOf("import {\n  a,\n} from './a.ts';\nexport * from './b.ts';\nconst c = () => import('./c.ts');"),
    ['./a.ts', './b.ts', './c.ts'],
  );
});

test('every folder of src stands in the order, and has a door', () => {
  const folders = new Set(files('src/*/**/*.ts').map(folderOf));
  assert.deepEqual(
    [...folders].filter((folder) => !order.includes(folder)),
    [],
  );
  const doorless = [...folders].filter(
    (folder) => folder !== 'cli' && !existsSync(join(root, 'src', folder, 'index.ts')),
  );
  assert.deepEqual(doorless, []);
});

test('a door exports by name', () => {
  const starred = files('src/**/index.ts').filter((door) => /export \*/.test(textOf(door)));
  assert.deepEqual(starred, []);
});

/** Files reach themselves again by following imports that stay when types are stripped. */
test('no file imports itself by way of others', () => {
  const edges = new Map<string, string[]>();
  for (const from of files('src/**/*.ts')) {
    const kept = textOf(from).replaceAll(/^(?:import|export) type [^;]*;/gm, '');
    edges.set(
      from,
      importsOf(kept)
        .filter((name) => name.startsWith('.'))
        .map((name) => join(dirname(from), name)),
    );
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, above: readonly string[]): void => {
    if (above.includes(file)) cycles.push([...above.slice(above.indexOf(file)), file].join(' → '));
    if (done.has(file) || above.includes(file)) return;
    for (const next of edges.get(file) ?? []) visit(next, [...above, file]);
    done.add(file);
  };
  for (const file of edges.keys()) visit(file, []);
  assert.deepEqual(cycles, []);
});

test('packages that src imports are dependencies, none is unused, and Node modules are named node:', () => {
  const declared = Object.keys((JSON.parse(textOf('package.json')) as { dependencies: object }).dependencies);
  const names = files('src/**/*.ts').flatMap((file) => importsOf(textOf(file)));
  const outside = names.filter((name) => !name.startsWith('.') && !name.startsWith('node:'));
  const packages = new Set(
    outside.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    ),
  );
  assert.deepEqual([...packages].toSorted(), declared.toSorted());
});
