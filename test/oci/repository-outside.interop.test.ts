import { openRepository } from '../../src/oci/index.ts';
import { debianRegistry, goRegistry, type RunningRegistry } from '../support/registry/outside.ts';
import { type Contract, repositoryContract } from './repository-contract.ts';

async function over(starting: Promise<RunningRegistry>): Promise<Contract> {
  const registry = await starting;
  return {
    mounts: true,
    open: (name) =>
      openRepository(
        { kind: 'registry', host: registry.host, repository: name, reference: 'latest' },
        { signal: new AbortController().signal, credentials: { kind: 'anonymous' } },
      ),
    close: async () => {
      await registry[Symbol.asyncDispose]();
    },
  };
}

repositoryContract('repository: docker-registry, which has no referrers API', () => over(debianRegistry()));
repositoryContract('repository: go-containerregistry, with the referrers API', () => over(goRegistry()));
