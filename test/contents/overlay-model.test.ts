import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { buildImage } from '../support/image.ts';
import { readImage } from '../support/read-image.ts';
import type { TestEntry } from '../support/tar.ts';

/**
 * A second, slower way to the same answer: a flat map from path to what is there, changed entry by entry. Each layer is
 * first made a set of paths of its own, then looked up from the top layer down, as overlayfs looks names up.
 */
type Thing =
  | { readonly kind: 'file'; readonly id: string }
  | { readonly kind: 'directory' }
  | { readonly kind: 'whiteout' };

interface ModelLayer {
  readonly things: Map<string, Thing>;
  readonly opaque: Set<string>;
}

function parents(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, count) => parts.slice(0, count + 1).join('/'));
}

function removeBelow(layer: ModelLayer, path: string): void {
  for (const name of layer.things.keys()) if (name.startsWith(`${path}/`)) layer.things.delete(name);
  for (const name of layer.opaque) if (name === path || name.startsWith(`${path}/`)) layer.opaque.delete(name);
}

/** Undefined when an entry's path goes through a file: such layers are refused. */
function modelLayer(entries: readonly TestEntry[]): ModelLayer | undefined {
  const layer: ModelLayer = { things: new Map(), opaque: new Set() };
  for (const entry of entries) {
    const path = String(entry.path).replace(/\/$/, '');
    for (const parent of parents(path)) {
      const present = layer.things.get(parent)?.kind;
      if (present === 'file') return undefined;
      if (present === 'whiteout') layer.opaque.add(parent);
      layer.things.set(parent, { kind: 'directory' });
    }
    const slash = path.lastIndexOf('/');
    const directory = path.slice(0, Math.max(0, slash));
    const base = path.slice(slash + 1);
    if (base === '.wh..wh..opq') layer.opaque.add(directory);
    else if (base.startsWith('.wh.')) {
      const hidden = `${directory === '' ? '' : `${directory}/`}${base.slice(4)}`;
      if (!layer.things.has(hidden)) layer.things.set(hidden, { kind: 'whiteout' });
    } else if (String(entry.path).endsWith('/')) {
      if (layer.things.get(path)?.kind !== 'directory') layer.opaque.delete(path);
      layer.things.set(path, { kind: 'directory' });
    } else {
      removeBelow(layer, path);
      layer.things.set(path, { kind: 'file', id: String(entry.content) });
    }
  }
  return layer;
}

/** What overlayfs finds at a path: from the top down, each component must be a directory in every layer still looked at. */
function lookUp(layers: readonly ModelLayer[], path: string): string | undefined {
  let live: readonly ModelLayer[] = layers.toReversed();
  for (const name of [...parents(path), path]) {
    const directories: ModelLayer[] = [];
    for (const layer of live) {
      const thing = layer.things.get(name);
      if (thing === undefined) continue;
      if (thing.kind === 'file' && directories.length === 0) return name === path ? thing.id : undefined;
      if (thing.kind !== 'directory') break;
      directories.push(layer);
    }
    live = cutAtOpaque(directories, name);
  }
  return undefined;
}

/** The layers from the top down to the first where the directory is opaque. */
function cutAtOpaque(layers: readonly ModelLayer[], directory: string): readonly ModelLayer[] {
  const at = layers.findIndex((layer) => layer.opaque.has(directory));
  return at === -1 ? layers : layers.slice(0, at + 1);
}

const name = fc.constantFrom('a', 'b', 'c');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const entry: fc.Arbitrary<TestEntry> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, fc.nat(9)).map(([at, id]) => ({ path: at, content: `${id}` })) },
  { weight: 2, arbitrary: path.map((at) => ({ path: `${at}/` })) },
  { weight: 2, arbitrary: path.map((at) => ({ path: at.replace(/[abc]$/, '.wh.$&') })) },
  { weight: 1, arbitrary: path.map((at) => ({ path: `${at}/.wh..wh..opq` })) },
  { weight: 1, arbitrary: fc.constant({ path: '.wh..wh..opq' }) },
);
const stacks = fc.array(fc.array(entry, { maxLength: 6 }), { minLength: 1, maxLength: 4 });

describe('flattening', () => {
  it('equals looking names up from the top as overlayfs does', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, async (layers) => {
        const models = layers.map(modelLayer);
        fc.pre(models.every((model) => model !== undefined));
        const known = models.filter((model) => model !== undefined);
        const paths = [...new Set(known.flatMap((model) => [...model.things.keys()]))].sort();
        const expected = paths.flatMap((at) => {
          const id = lookUp(known, at);
          return id === undefined ? [] : [`/${at} ${hash('sha256', id)}`];
        });
        const image = buildImage({ layers: layers.map((files) => ({ files, compression: 'none' })) });
        const { files } = await readImage(image);
        assert.deepEqual(
          files.map((file) => `${file.path} ${file.sha256}`),
          expected,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
