import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** Paths below the repository's root that match, sorted; what is built or fetched is left aside. */
export function files(...patterns: readonly string[]): readonly string[] {
  const exclude = ['**/node_modules/**', 'dist/**', 'sensor/build/**', '.git/**'];
  return globSync([...patterns], { cwd: root, exclude, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => resolve(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}

export function textOf(path: string): string {
  return readFileSync(resolve(root, path), 'utf8');
}

export function linesOf(path: string): number {
  return textOf(path).trimEnd().split('\n').length;
}

/** The module names that a TypeScript file imports, exports from, or loads later. */
export function importsOf(text: string): readonly string[] {
  const forms = /\bfrom '([^'\n]+)'|^import '([^'\n]+)'|\bimport\(\s*'([^'\n]+)'\s*\)/gm;
  return [...text.matchAll(forms)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}
