import type { Repository } from '../repository.ts';
import { type Connection, openConnection, type RegistryOptions } from './connection.ts';
import type { RegistryName } from './name.ts';
import { repositoryOf } from './repository.ts';

/** Hosts whose connections are kept. Names come from whoever deploys something, so there is no end of them. */
const mostHosts = 128;

/** Many repositories over the same connections and tokens, for what runs long or copies much. */
export interface Registries extends AsyncDisposable {
  /** Disposing of it leaves the connections open for others. @throws HoldfastError `source-malformed` */
  repository(name: Pick<RegistryName, 'host' | 'repository'>): Repository;
}

export function openRegistries(options: RegistryOptions): Registries {
  const connections = new Map<string, Connection>();
  const connectionTo = (host: string): Connection => {
    const connection = connections.get(host) ?? openConnection(host, options);
    // Lately used ones last.
    connections.delete(host);
    connections.set(host, connection);
    const [oldest] = connections;
    if (connections.size > mostHosts && oldest !== undefined) {
      connections.delete(oldest[0]);
      void oldest[1].close();
    }
    return connection;
  };
  return {
    repository: ({ host, repository }) => repositoryOf(connectionTo(host), repository),
    async [Symbol.asyncDispose]() {
      const all = [...connections.values()];
      connections.clear();
      await Promise.all(all.map((connection) => connection[Symbol.asyncDispose]()));
    },
  };
}
