import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A copy of an OCI layout whose image `latest` has one more layer: host files and folders, by their path in the image.
 * Returns the copy, which lies in `scratch`.
 */
export function withLayer(layout: string, files: Readonly<Record<string, string>>, scratch: string): string {
  const into = mkdtempSync(join(scratch, 'layout-'));
  const layer = mkdtempSync(join(scratch, 'layer-'));
  cpSync(layout, into, { recursive: true });
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(dirname(join(layer, path)), { recursive: true });
    cpSync(source, join(layer, path), { recursive: true });
  }
  const tar = `${layer}.tar`;
  const members = [...new Set(Object.keys(files).map((path) => path.split('/')[1] ?? ''))];
  execFileSync('tar', ['-C', layer, '--owner=0', '--group=0', '--mode=u=rwX,go=rX', '-cf', tar, ...members]);
  execFileSync('umoci', ['raw', 'add-layer', '--image', `${into}:latest`, tar]);
  rmSync(layer, { recursive: true });
  rmSync(tar);
  return into;
}
