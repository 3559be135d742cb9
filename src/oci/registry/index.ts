export type { RegistryOptions } from './connection.ts';
export type { Credentials } from './credentials.ts';
export { type RegistryLimits, registryLimits } from './limits.ts';
export { formatRegistryName, parseRegistryName, type RegistryName } from './name.ts';
export { openRegistries, type Registries } from './registries.ts';
export { openRegistryRepository } from './repository.ts';
