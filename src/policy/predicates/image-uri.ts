import { parsePurl } from '../../purl/index.ts';
import { type ImageName, imageName } from '../images/name.ts';

export interface ImageReference {
  /** Undefined: it is an image, and which one can't be told. Only the pattern `**` allows such a one. */
  readonly name: ImageName | undefined;
}

/**
 * The image that a dependency's URI names: `pkg:oci/…?repository_url=`, `pkg:docker/…`, `oci://`, `docker://`,
 * `docker-image://`. Undefined: it is no image.
 */
export function imageOfUri(uri: string): ImageReference | undefined {
  const bare = /^(?:oci|docker|docker-image):\/\/(.*)$/s.exec(uri)?.[1];
  if (bare === undefined && !/^pkg:(?:\/\/)?(?:oci|docker)\//i.test(uri)) return undefined;
  try {
    const reference = bare ?? ofPurl(uri);
    return { name: reference === undefined ? undefined : imageName(reference) };
  } catch {
    return { name: undefined };
  }
}

function ofPurl(text: string): string | undefined {
  const { type, namespace, name, qualifiers } = parsePurl(text);
  const url = qualifiers['repository_url'];
  if (type === 'oci') return url?.replace(/^https?:\/\//, '');
  if (type !== 'docker') return undefined;
  const path = namespace === undefined ? name : `${namespace}/${name}`;
  return url === undefined ? path : `${url.replace(/^https?:\/\//, '')}/${path}`;
}
