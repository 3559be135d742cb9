import type { License } from './cyclonedx.ts';

/** SPDX identifiers seen most; every other text is given as a name, which a reader may match further. */
const identifiers = new Set([
  '0BSD',
  'AGPL-3.0-only',
  'AGPL-3.0-or-later',
  'Apache-2.0',
  'Artistic-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'GPL-2.0-only',
  'GPL-2.0-or-later',
  'GPL-3.0-only',
  'GPL-3.0-or-later',
  'ISC',
  'LGPL-2.1-only',
  'LGPL-2.1-or-later',
  'LGPL-3.0-only',
  'LGPL-3.0-or-later',
  'MIT',
  'MIT-0',
  'MPL-2.0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
  'X11',
  'Zlib',
]);

export function licensesFrom(texts: readonly string[]): readonly License[] {
  return [...new Set(texts)].sort().map((text) => ({ license: identifiers.has(text) ? { id: text } : { name: text } }));
}
