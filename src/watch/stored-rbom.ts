import { HoldfastError } from '../errors/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Bom } from '../sbom/index.ts';
import { runtimeBom } from './rbom.ts';
import { containersOfImage, findContainer, storedState } from './stored.ts';
import { packagesOf, usesOf } from './uses.ts';

/**
 * The Runtime BOM of one container, or of all containers of an image (`sha256:…`, or its beginning).
 *
 * @throws HoldfastError `not-found`, `usage` when the text means several
 */
export function storedRbom(ledger: Ledger, text: string, toolVersion: string, now: string): Bom {
  const containers = text.startsWith('sha256:') ? containersOfImage(ledger, text) : [findContainer(ledger, text)];
  const [first] = containers;
  if (first === undefined)
    throw new HoldfastError('not-found', 'no container of this image in the store', { place: text });
  if (containers.some((one) => one.image !== first.image))
    throw new HoldfastError('usage', 'several images have a digest that begins so', { place: text });
  return runtimeBom({
    toolVersion,
    time: now,
    image: first.body.image,
    containers: containers.map((one) => ({
      display: one.display,
      running: one.ended === undefined,
      coverage: storedState(ledger, one, now).coverage,
    })),
    uses: usesOf(ledger, containers),
    packages: packagesOf(ledger, first.image),
  });
}
