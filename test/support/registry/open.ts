import type { ServerResponse } from 'node:http';
import { openRepository, type RegistryOptions, type Repository } from '../../../src/oci/index.ts';

/** Bounds that end a test soon. */
export const soon = {
  connectMillis: 500,
  headersMillis: 500,
  idleMillis: 500,
  answerMillis: 1500,
  attempts: 2,
  backoffMillis: 1,
  throttleMillis: 300,
} as const;

/** A repository of a registry at HOST:PORT, without credentials unless given, that gives up soon. */
export async function openAt(host: string, options: RegistryOptions = {}, repository = 'a/b'): Promise<Repository> {
  return await openRepository(
    { kind: 'registry', host, repository, reference: 'latest' },
    {
      credentials: { kind: 'anonymous' },
      ...options,
      registryLimits: { ...soon, ...options.registryLimits },
      signal: new AbortController().signal,
    },
  );
}

/** The error that a promise fails with; a test that expects one and gets none has failed. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

export function reply(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | readonly string[]>>,
  body: string | Uint8Array = '',
): true {
  response.writeHead(status, headers as Record<string, string | string[]>);
  response.end(body);
  return true;
}
