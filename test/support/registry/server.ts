import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serve } from './protocol.ts';
import { type StoredRepository, storedRepositories } from './stored.ts';
import type { RegistrySwitches } from './switches.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

/** Answers instead of the registry; `false` leaves the request to it. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export interface TestRegistry extends AsyncDisposable {
  /** HOST:PORT */
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  repository(name: string): StoredRepository;
  intercept: Intercept | undefined;
}

/** A registry in this process on a loopback port: the distribution protocol over real HTTP, and every way to break it. */
export async function testRegistry(switches: RegistrySwitches = {}): Promise<TestRegistry> {
  const repository = storedRepositories();
  const requests: SeenRequest[] = [];
  const registry: { intercept: Intercept | undefined } = { intercept: undefined };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, authorization: headers.authorization });
    try {
      if ((await registry.intercept?.(request, response)) === true) return;
      await serve(request, response, repository, switches);
    } catch {
      // The client went away in the middle: that is what many of these tests do.
      response.destroy();
    }
  };
  const listener = (request: IncomingMessage, response: ServerResponse): void => void handle(request, response);
  const { tls } = switches;
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer(
          { ...tls, requestCert: tls.ca !== undefined, rejectUnauthorized: tls.ca !== undefined },
          listener,
        );
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return Object.assign(registry, {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    repository,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => {
        server.close(resolve);
      });
      server.closeAllConnections();
      await closed;
    },
  });
}
