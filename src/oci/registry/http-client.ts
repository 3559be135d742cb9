import { createRequire } from 'node:module';
import type { Agent, Dispatcher } from 'undici';

// The whole of undici is a hundred files and more, most of them for fetch, caches and mocks: 60 ms of every command's start.
// These two doors of it need a quarter. Its version is pinned; another one has to be looked at here.
const require = createRequire(import.meta.url);

type Ask = (this: Dispatcher, options: Dispatcher.RequestOptions) => Promise<Dispatcher.ResponseData>;

/** Connections without a proxy. A proxy needs all of undici. */
export function directAgent(options: Agent.Options): Agent {
  const Direct = require('undici/lib/dispatcher/agent.js') as typeof Agent;
  return new Direct(options);
}

/** One request, no redirect followed. @throws what undici throws */
export async function ask(
  dispatcher: Dispatcher,
  url: URL,
  options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'>,
): Promise<Dispatcher.ResponseData> {
  const request = require('undici/lib/api/api-request.js') as Ask;
  return await request.call(dispatcher, { ...options, origin: url.origin, path: `${url.pathname}${url.search}` });
}
