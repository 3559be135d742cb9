import { homedir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import { readSmallFile } from '../file.ts';
import { type Fields, fieldsOf, optionalTextOf, parseJsonObject } from '../json.ts';
import { askHelper } from './credential-helper.ts';
import { type Credentials, isToken } from './credentials.ts';
import { dockerHub } from './name.ts';

const longestConfig = 1 << 20;

/** The names under which Docker's tools keep a registry's credentials. Only whole names count, ports included. */
function keysOf(host: string): readonly string[] {
  if (host === dockerHub) return ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io'];
  return [host, `https://${host}`, `https://${host}/`, `https://${host}/v1/`, `https://${host}/v2/`];
}

/**
 * What Docker's `config.json` says for one registry: a helper of its own, the helper for all, or the file itself.
 * `DOCKER_CONFIG` names its folder. No file: anonymous.
 * @throws HoldfastError `docker-config-malformed`, `credential-helper-failed`
 */
export async function credentialsFor(
  host: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Credentials> {
  const folder = environment['DOCKER_CONFIG'];
  const file = join(folder === undefined || folder === '' ? join(homedir(), '.docker') : folder, 'config.json');
  const config = await readConfig(file, signal);
  if (config === undefined) return { kind: 'anonymous' };
  try {
    const keys = keysOf(host);
    const helpers = fieldsIn(config, 'credHelpers', file);
    const own = keys.find((key) => typeof helpers[key] === 'string');
    const helper = own === undefined ? optionalTextOf(config, 'credsStore', file) : String(helpers[own]);
    if (helper !== undefined) {
      const found = await askHelper(helper, own ?? keys[0] ?? host, environment, signal);
      if (found.kind !== 'anonymous') return found;
    }
    const auths = fieldsIn(config, 'auths', file);
    const key = keys.find((name) => auths[name] !== undefined);
    return key === undefined
      ? { kind: 'anonymous' }
      : credentialsIn(fieldsOf(auths[key], file), `${file}, auths ${key}`);
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'oci-malformed') throw malformed(error.message, file);
    throw error;
  }
}

function malformed(message: string, place: string): HoldfastError {
  return new HoldfastError('docker-config-malformed', message, { place });
}

async function readConfig(file: string, signal: AbortSignal): Promise<Fields | undefined> {
  try {
    return parseJsonObject(await readSmallFile(file, longestConfig, signal), file);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    if (error.code === 'not-found') return undefined;
    // A parser's message quotes what it stumbled over, and here that may be a secret.
    throw malformed(error.code === 'oci-malformed' ? 'not a JSON object' : error.message, file);
  }
}

/** Without a prototype, so that a host named like one of its members finds nothing. */
function fieldsIn(config: Fields, key: string, place: string): Fields {
  const value = config[key];
  const none = Object.create(null) as Record<string, unknown>;
  return value === undefined || value === null ? none : Object.assign(none, fieldsOf(value, `${place}, ${key}`));
}

function credentialsIn(entry: Fields, place: string): Credentials {
  const identity = optionalTextOf(entry, 'identitytoken', place);
  if (identity !== undefined) return { kind: 'identity', token: identity };
  const bearer = optionalTextOf(entry, 'registrytoken', place);
  if (bearer !== undefined) {
    if (!isToken(bearer)) throw malformed('registrytoken is not a token', place);
    return { kind: 'bearer', token: bearer };
  }
  const auth = optionalTextOf(entry, 'auth', place);
  if (auth === undefined) {
    const username = optionalTextOf(entry, 'username', place);
    const password = optionalTextOf(entry, 'password', place);
    return username === undefined || password === undefined
      ? { kind: 'anonymous' }
      : { kind: 'password', username, password };
  }
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon === -1) throw malformed('auth is not the base64 of user:password', place);
  // Docker pads with NUL.
  return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}
