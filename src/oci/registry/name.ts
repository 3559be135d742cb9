import { type Digest, isDigest } from '../digest.ts';

/** An image in a registry by name: `HOST[:PORT]/REPO[:TAG][@sha256:…]`, Docker's short forms spelled out. */
export interface RegistryName {
  /** As written, in lower case, with the port if one was: what credentials are looked up by. */
  readonly host: string;
  readonly repository: string;
  /** What is asked for: the digest where there is one, else the tag. */
  readonly reference: string;
  /** The tag beside a digest: what it was called. It is not asked for. */
  readonly tag?: string;
}

/** Docker Hub's name in references. */
export const dockerHub = 'docker.io';

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const hostPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-f:.]+\\])(?::[0-9]{1,5})?$`);
/** distribution-spec 1.1, "Pulling manifests": NAME and TAG. */
const repositoryPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const longest = 255;

export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

export function isRepositoryName(text: string): boolean {
  return text.length <= longest && repositoryPattern.test(text);
}

/** What is wrong with a name, and at which column (from 1). */
export interface NameFault {
  readonly fault: string;
  readonly column: number;
}

/** The first part is a host where it could not be a folder of Docker Hub: it has a dot, a port, or is localhost. */
function looksLikeHost(part: string): boolean {
  return /[.:[]/.test(part) || part.toLowerCase() === 'localhost';
}

/**
 * Reads a name as Docker does: `nginx` is `docker.io/library/nginx:latest`.
 * The tag ends at the last `@`; only sha256 is taken behind it.
 */
export function parseRegistryName(text: string): RegistryName | NameFault {
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !isDigest(digest)) return { fault: 'no sha256 digest behind the @', column: at + 2 };
  const named = at === -1 ? text : text.slice(0, at);
  const slash = named.indexOf('/');
  const hasHost = slash !== -1 && looksLikeHost(named.slice(0, slash));
  const host = hasHost ? named.slice(0, slash).toLowerCase() : dockerHub;
  const path = hasHost ? slash + 1 : 0;
  if (!isHost(host)) return { fault: 'not a host', column: 1 };
  const colon = named.indexOf(':', path);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !isTag(tag)) return { fault: 'not a tag', column: colon + 2 };
  const repository = fullName(host, named.slice(path, colon === -1 ? named.length : colon));
  if (!isRepositoryName(repository)) return { fault: 'not a repository name', column: path + 1 };
  return nameOf(host === 'index.docker.io' ? dockerHub : host, repository, tag, digest);
}

/** HOST[:PORT] as it stands in a URL too. */
export function isHost(host: string): boolean {
  if (host.length > longest || !hostPattern.test(host)) return false;
  // The URL parser knows which numbers are addresses and which ports there are; one that it would rewrite is refused.
  const url = URL.canParse(`https://${host}/`) ? new URL(`https://${host}/`) : undefined;
  return url !== undefined && (url.host === host || `${url.host}:443` === host);
}

function fullName(host: string, path: string): string {
  return (host === dockerHub || host === 'index.docker.io') && path !== '' && !path.includes('/')
    ? `library/${path}`
    : path;
}

function nameOf(host: string, repository: string, tag: string | undefined, digest: Digest | undefined): RegistryName {
  if (digest === undefined) return { host, repository, reference: tag ?? 'latest' };
  return { host, repository, reference: digest, ...(tag === undefined ? {} : { tag }) };
}

/** The text that `parseRegistryName` reads back to the same. */
export function formatRegistryName({ host, repository, reference, tag }: RegistryName): string {
  const asked = isDigest(reference) ? `@${reference}` : `:${reference}`;
  return `${host}/${repository}${tag === undefined ? '' : `:${tag}`}${asked}`;
}
