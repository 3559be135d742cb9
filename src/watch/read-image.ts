import { once } from 'node:events';
import { openContainerd } from '../containers/index.ts';
import { filesDigest, packageReaders, readContents } from '../contents/index.ts';
import { HoldfastError } from '../errors/index.ts';
import { openSource } from '../oci/index.ts';
import type { ImageLine, ImageRequest } from './image-child.ts';
import { imageParts } from './image-parts.ts';

/** The program that `readImageInChild` runs: one image, then it ends and all its memory with it. */
async function main(request: ImageRequest): Promise<void> {
  const { signal } = new AbortController();
  const reference = `${request.namespace}/${request.manifest}`;
  const options = { signal, openContainerd: openContainerd(request.socket) };
  await using source = await openSource({ kind: 'containerd', reference }, options);
  const contents = await readContents(source, { signal, readers: packageReaders });
  for (const part of imageParts(contents)) await write({ part });
  await write({ done: { rssKib: process.resourceUsage().maxRSS, filesDigest: filesDigest(contents.files) } });
}

async function write(line: ImageLine): Promise<void> {
  if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
}

try {
  await main(JSON.parse(process.argv[2] ?? '') as ImageRequest);
} catch (error) {
  const known = error instanceof HoldfastError;
  const message = error instanceof Error ? error.message : String(error);
  const place = known && error.place !== undefined ? ` (${error.place})` : '';
  await write({ failed: { code: known ? error.code : 'internal', message: message + place } });
}
