import { HoldfastError } from '../../errors/index.ts';
import { commandSink } from './command.ts';
import { httpSink } from './http.ts';
import type { Sink } from './sink.ts';

/**
 * Where `--notify` points: an http or https URL, else a command's words (`exec:` before it or not), split at spaces.
 * The address itself stands in no message: it may hold a secret.
 * @param agent how it names itself to HTTP servers
 * @throws HoldfastError `usage`
 */
export function openSink(text: string, agent: string): Sink {
  const [scheme] = /^[a-z][a-z0-9+.-]*(?=:\/\/)/i.exec(text) ?? [];
  if (scheme !== undefined) {
    if (!/^https?$/i.test(scheme) || !URL.canParse(text) || !isDecodable(new URL(text)))
      throw new HoldfastError('usage', '--notify takes an http or https URL, or a command');
    return httpSink(new URL(text), agent);
  }
  const [program, ...words] = text
    .replace(/^exec:/, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  if (program === undefined) throw new HoldfastError('usage', '--notify names neither a URL nor a program');
  return commandSink([program, ...words]);
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
