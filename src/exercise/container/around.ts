import { realpath, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import type { RecipeRun } from '../../profile/index.ts';
import type { BindMount } from './spec.ts';

/** The files that a kubelet mounts into every container, written into `scratch`. */
export async function platformFiles(scratch: string, hostname: string, address: string): Promise<readonly BindMount[]> {
  const contents = {
    hosts: `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${address}\t${hostname}\n`,
    hostname: `${hostname}\n`,
    // A test that needs names answers on port 53 of the container's own network.
    'resolv.conf': 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n',
  };
  const mounts: BindMount[] = [];
  for (const [name, text] of Object.entries(contents)) {
    const source = join(scratch, name);
    await writeFile(source, text, { mode: 0o644 });
    mounts.push({ source, target: `/etc/${name}`, readOnly: false });
  }
  return mounts;
}

/** @throws HoldfastError `not-found`; `recipe-malformed`: a symlink leads above the recipe */
export async function fixtureMounts(fixtures: RecipeRun['fixtures'], directory: string): Promise<readonly BindMount[]> {
  const top = await realpath(directory);
  return await Promise.all(
    fixtures.map(async ({ source, target, readOnly }) => {
      const path = await realpath(join(top, source)).catch((cause: unknown) => {
        throw new HoldfastError('not-found', 'no such fixture', { place: join(directory, source), cause });
      });
      if (relative(top, path).startsWith('..'))
        throw new HoldfastError('recipe-malformed', 'a fixture that lies above the recipe', { place: source });
      return { source: path, target, readOnly };
    }),
  );
}
