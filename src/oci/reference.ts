import { HoldfastError } from '../errors/index.ts';
import { formatRegistryName, parseRegistryName, type RegistryName } from './registry/index.ts';

/** SOURCE, as every command takes it. `reference` is a tag, a full name, or a digest. */
export type SourceReference =
  | { readonly kind: 'oci'; readonly directory: string; readonly reference?: string }
  | { readonly kind: 'oci-archive'; readonly file: string; readonly reference?: string }
  | { readonly kind: 'docker-archive'; readonly file: string; readonly reference?: string }
  | { readonly kind: 'dir'; readonly directory: string }
  | { readonly kind: 'containerd'; readonly reference: string }
  | ({ readonly kind: 'registry' } & RegistryName);

const forms =
  'oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], dir:DIR, containerd:REF or [HOST/]NAME[:TAG][@DIGEST]';

/**
 * The first colon ends the kind, the next one ends the path: a path with a colon can't be written (as with skopeo), except
 * after `dir:`, which takes all that follows. What begins with no kind is an image in a registry, written as for Docker;
 * one whose whole name is a kind is written with its registry (`docker.io/library/oci`).
 * @throws HoldfastError `source-malformed`, with the column
 */
export function parseSource(text: string): SourceReference {
  const colon = text.indexOf(':');
  const kind = colon === -1 ? text : text.slice(0, colon);
  const rest = colon === -1 ? '' : text.slice(colon + 1);
  const fail = (message: string, column: number): HoldfastError =>
    new HoldfastError('source-malformed', message, {
      place: `SOURCE ${JSON.stringify(text.slice(0, 200))}, column ${column}`,
    });
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  const control = /[\x00-\x1f\x7f]/.exec(text);
  if (control !== null) throw fail('a control character', control.index + 1);
  switch (kind) {
    case 'oci':
    case 'oci-archive':
    case 'docker-archive': {
      const { path, reference } = splitPath(rest);
      if (path === '') throw fail(`${kind}: needs a path behind it`, kind.length + 2);
      if (reference === '') throw fail('nothing stands behind the last colon', text.length + 1);
      const named = reference === undefined ? {} : { reference };
      return kind === 'oci' ? { kind, directory: path, ...named } : { kind, file: path, ...named };
    }
    case 'dir':
      if (rest === '') throw fail('dir: needs a directory behind it', kind.length + 2);
      return { kind, directory: rest };
    case 'containerd':
      if (rest === '') throw fail('containerd: needs an image name or digest behind it', kind.length + 2);
      return { kind, reference: rest };
    default: {
      const name = parseRegistryName(text);
      if ('fault' in name) throw fail(`${name.fault}; SOURCE is ${forms}`, name.column);
      return { kind: 'registry', ...name };
    }
  }
}

function splitPath(rest: string): { readonly path: string; readonly reference?: string } {
  const digest = /^(.+?)[@:](sha256:[0-9a-f]{64})$/.exec(rest);
  if (digest?.[1] !== undefined && digest[2] !== undefined && !digest[1].includes(':')) {
    return { path: digest[1], reference: digest[2] };
  }
  const colon = rest.indexOf(':');
  return colon === -1 ? { path: rest } : { path: rest.slice(0, colon), reference: rest.slice(colon + 1) };
}

/** The text that `parseSource` reads back to the same. */
export function formatSource(source: SourceReference): string {
  if (source.kind === 'registry') return formatRegistryName(source);
  if (source.kind === 'containerd') return `containerd:${source.reference}`;
  const path = source.kind === 'oci' || source.kind === 'dir' ? source.directory : source.file;
  const reference = source.kind === 'dir' ? undefined : source.reference;
  return `${source.kind}:${path}${reference === undefined ? '' : `:${reference}`}`;
}
