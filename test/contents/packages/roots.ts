import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Real roots are dear to make: they are kept outside the tree, named by all that went into them. */
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'holdfast', 'roots');

export interface Recipe {
  readonly name: string;
  /** Each line is run by bash in a new directory, `$ROOT` being the root to fill. */
  readonly script: string;
  /** Files laid into the new directory first, by relative path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** The root of a recipe, made once. Its scratch directory (sources, tools) is removed after the script ran. */
export function rootOf(recipe: Recipe): string {
  const key = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 16);
  const root = join(cache, `${recipe.name}-${key}`);
  if (existsSync(root)) return root;
  mkdirSync(cache, { recursive: true });
  const scratch = mkdtempSync(join(cache, `making-${recipe.name}-`));
  const fresh = join(scratch, 'root');
  mkdirSync(fresh);
  for (const [path, text] of Object.entries(recipe.files ?? {})) {
    mkdirSync(dirname(join(scratch, path)), { recursive: true });
    writeFileSync(join(scratch, path), text);
  }
  try {
    execFileSync('bash', ['-euo', 'pipefail', '-c', recipe.script], {
      cwd: scratch,
      env: { ...process.env, ROOT: fresh, LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'ignore', 'pipe'],
      maxBuffer: 1 << 26,
      timeout: 900_000,
    });
    renameSync(fresh, root);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return root;
}

/** What a tool printed. */
export function printed(command: string, ...parameters: readonly string[]): string {
  return execFileSync(command, parameters, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
