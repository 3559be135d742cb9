import { type ImageContents, packageReaders, readContents } from '../../../src/contents/index.ts';
import { openSource, parseSource } from '../../../src/oci/index.ts';
import type { Root } from './roots.ts';

/** What `readContents` makes of a SOURCE. */
export async function contentsOf(source: string): Promise<ImageContents> {
  const signal = AbortSignal.timeout(300_000);
  await using image = await openSource(parseSource(source), { signal });
  return await readContents(image, { signal, readers: packageReaders });
}

/** One root read both ways: as a directory and as an OCI layout. */
export async function bothWays({
  root,
  layout,
}: Root): Promise<{ readonly dir: ImageContents; readonly oci: ImageContents }> {
  return { dir: await contentsOf(`dir:${root}`), oci: await contentsOf(`oci:${layout}:latest`) };
}

/** Each file's path and the purl of its owner. */
export function ownership({ files, packages }: ImageContents): ReadonlyMap<string, string | undefined> {
  return new Map(files.map((file) => [file.path, file.owner === undefined ? undefined : packages[file.owner]?.purl]));
}
