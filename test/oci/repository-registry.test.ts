import { openRepository } from '../../src/oci/index.ts';
import { testRegistry } from '../support/registry/server.ts';
import type { RegistrySwitches } from '../support/registry/switches.ts';
import { repositoryContract } from './repository-contract.ts';

const kinds: readonly (readonly [string, RegistrySwitches])[] = [
  ['with the referrers API', {}],
  ['with the referrers API in pages', { page: 2 }],
  ['without the referrers API', { referrers: 'none', slowPut: 20 }],
  ['whose referrers API is always empty', { referrers: 'empty' }],
  ['that says OCI-Subject and has no API', { referrers: 'none', saysSubject: true }],
  ['that heeds If-Match', { referrers: 'none', conditional: true, slowPut: 20 }],
];

for (const [kind, switches] of kinds) {
  repositoryContract(`repository: a registry ${kind}`, async () => {
    const registry = await testRegistry(switches);
    return {
      mounts: true,
      open: (name) =>
        openRepository(
          { kind: 'registry', host: registry.host, repository: name, reference: 'latest' },
          // Small, so that chunks and what they need are used.
          {
            signal: new AbortController().signal,
            credentials: { kind: 'anonymous' },
            registryLimits: { chunkBytes: 64 },
          },
        ),
      close: async () => {
        await registry[Symbol.asyncDispose]();
      },
    };
  });
}
