import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRepository } from '../../src/oci/index.ts';
import { repositoryContract } from './repository-contract.ts';

repositoryContract('repository: an OCI layout', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'holdfast-layouts-'));
  return {
    mounts: false,
    open: (name) =>
      openRepository(
        { kind: 'oci', directory: join(scratch, name) },
        { signal: new AbortController().signal, create: true },
      ),
    close: () => rm(scratch, { recursive: true }),
  };
});
