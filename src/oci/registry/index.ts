export { type Connection, openConnection, type RegistryOptions } from './connection.ts';
export type { Credentials } from './credentials.ts';
export { type RegistryLimits, registryLimits } from './limits.ts';
export { formatRegistryName, isRepositoryName, isTag, parseRegistryName, type RegistryName } from './name.ts';
export { openRegistryRepository, repositoryOf } from './repository.ts';
