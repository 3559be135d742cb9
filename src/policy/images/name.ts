import { HoldfastError } from '../../errors/index.ts';
import { parseSource } from '../../oci/index.ts';

declare const imageNameBrand: unique symbol;

/** An image's name without tag or digest, Docker's short forms spelled out: `docker.io/library/nginx`. */
export type ImageName = string & { readonly [imageNameBrand]: true };

/**
 * Reads an image reference as Docker does and leaves tag and digest out.
 * @throws HoldfastError `source-malformed`
 */
export function imageName(reference: string): ImageName {
  const source = parseSource(reference);
  if (source.kind !== 'registry') {
    throw new HoldfastError('source-malformed', 'not an image in a registry', {
      place: `image ${JSON.stringify(reference.slice(0, 200))}`,
    });
  }
  return `${source.host}/${source.repository}` as ImageName;
}
