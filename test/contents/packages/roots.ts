import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheDirectory } from '../../support/roots.ts';

export interface Recipe {
  readonly name: string;
  /** Run by bash in a new directory, `$ROOT` being the root to fill: it is where the root stays. */
  readonly script: string;
  /** Files laid into the new directory first, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Root {
  /** The root as a directory. */
  readonly root: string;
  /** The same as an OCI layout with one layer, tagged `latest`, made by umoci. */
  readonly layout: string;
}

/** Real roots are dear to make: they are kept outside the tree, named by all that went into them. */
export function rootOf(recipe: Recipe): Root {
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const place = join(cacheDirectory(), 'roots', `${recipe.name}-${key}`);
  const made = { root: join(place, 'root'), layout: join(place, 'layout') };
  if (existsSync(join(place, 'done'))) return made;
  rmSync(place, { recursive: true, force: true });
  mkdirSync(made.root, { recursive: true });
  const work = join(place, 'work');
  for (const [path, text] of Object.entries(recipe.files ?? {})) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  }
  mkdirSync(work, { recursive: true });
  // umoci's own `insert` leaves out a layer's last padding and its end: tar writes the layer.
  const layout = `
    tar -C "$ROOT" --sort=name --numeric-owner -cf layer.tar .
    umoci init --layout "$LAYOUT"
    umoci new --image "$LAYOUT:latest"
    umoci raw add-layer --image "$LAYOUT:latest" layer.tar
    umoci gc --layout "$LAYOUT"
    rm layer.tar
  `;
  for (const script of [recipe.script, layout]) {
    execFileSync('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: work,
      env: { ...process.env, ROOT: made.root, LAYOUT: made.layout, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe'],
      maxBuffer: 1 << 26,
      timeout: 900_000,
    });
  }
  writeFileSync(join(place, 'done'), '');
  return made;
}

/** What a tool printed. */
export function printed(
  command: string,
  parameters: readonly string[],
  options: { readonly input?: string; readonly cwd?: string } = {},
): string {
  return execFileSync(command, parameters, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...options,
  });
}
