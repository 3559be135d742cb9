import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface ImportOptions {
  /** Which manifest of a layout with several: its `org.opencontainers.image.ref.name`. */
  readonly tag?: string;
  /** Keep every platform's content; by default containerd lets go of the others'. */
  readonly allPlatforms?: boolean;
  readonly noUnpack?: boolean;
  readonly namespace?: string;
  readonly flags?: readonly string[];
}

interface Index {
  readonly manifests: readonly { readonly annotations?: Readonly<Record<string, string>> }[];
}

/**
 * What `ctr images import` takes. An OCI layout is copied with one descriptor in its index.json, named in full by the
 * annotation that containerd's importer reads, so that the stored target is that descriptor's own digest: an index stays
 * an index, a manifest a manifest.
 */
export async function importArguments(
  scratch: string,
  source: string,
  ref: string,
  options: ImportOptions,
): Promise<{ readonly archive: string; readonly flags: readonly string[] }> {
  const flags = [...(options.flags ?? [])];
  if (options.allPlatforms === true) flags.push('--all-platforms');
  if (options.noUnpack === true) flags.push('--no-unpack');
  if (!statSync(source).isDirectory()) return { archive: source, flags };
  const index = JSON.parse(readFileSync(join(source, 'index.json'), 'utf8')) as Index;
  const chosen = index.manifests.filter(
    (one) => options.tag === undefined || one.annotations?.['org.opencontainers.image.ref.name'] === options.tag,
  );
  const [only] = chosen;
  if (only === undefined || chosen.length > 1) throw new Error(`${source}: ${chosen.length} manifests match`);
  const copy = mkdtempSync(join(scratch, 'tmp', 'import-'));
  cpSync(source, copy, { recursive: true });
  const named = { ...only, annotations: { ...only.annotations, 'io.containerd.image.name': ref } };
  writeFileSync(join(copy, 'index.json'), JSON.stringify({ ...index, manifests: [named] }));
  const archive = `${copy}.tar`;
  await promisify(execFile)('tar', ['-C', copy, '-cf', archive, '.']);
  rmSync(copy, { recursive: true });
  return { archive, flags };
}
