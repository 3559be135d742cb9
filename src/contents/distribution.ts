import { isUtf8 } from 'node:buffer';
import type { ImageContents } from './model.ts';
import { type ImageView, noWish, type PackageReader } from './packages/index.ts';

const places = ['/etc/os-release', '/usr/lib/os-release'] as const;

/** Keeps the file that names the distribution; it finds no packages itself. */
export const distributionReader: PackageReader = {
  name: 'os-release',
  wants: (path) => (places.some((place) => place === path) ? { kind: 'keep', bound: 64 << 10 } : noWish),
  read: () => ({ packages: [], problems: [] }),
};

/** What os-release(5) says of the image: `/etc` before `/usr/lib`. Undefined where there is none that can be read. */
export function distributionIn(view: ImageView): ImageContents['distribution'] {
  for (const place of places) {
    const kept = view.kept.find((file) => file.path === place);
    if (kept?.content.kind !== 'whole' || !isUtf8(kept.content.bytes)) continue;
    const values = parseOsRelease(Buffer.from(kept.content.bytes).toString('utf8'));
    const id = values.get('ID');
    if (id === undefined || id === '') continue;
    const version = values.get('VERSION_ID');
    const name = values.get('PRETTY_NAME');
    return { id, ...(version === undefined ? {} : { version }), ...(name === undefined ? {} : { name }) };
  }
  return undefined;
}

/** Shell-like assignments, one a line, later ones winning; lines that are none are passed over. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], unquoted(match[2]));
  }
  return values;
}

function unquoted(text: string): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || text.at(-1) !== quote) return text;
  const inner = text.slice(1, -1);
  return quote === '"' ? inner.replaceAll(/\\(["$`\\])/g, '$1') : inner;
}
