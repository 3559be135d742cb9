import type { Layer, TarHandler } from '../../oci/index.ts';
import { type ContentsLimits, contentsLimits } from '../limits.ts';
import { Meter } from './meter.ts';
import { streamLayer } from './read-layer.ts';

/**
 * Streams the layers of an image once more, in their order, through one handler each: for who writes anew what
 * `readImageTree` named by entry. Digests and bounds are checked as at the first reading. @throws as `readContents`
 */
export async function replayLayers(
  layers: readonly Layer[],
  handlerOf: (layer: number) => TarHandler | undefined,
  signal: AbortSignal,
  limits: ContentsLimits = contentsLimits,
): Promise<void> {
  const meter = new Meter(limits);
  for (const [index, layer] of layers.entries()) {
    const handler = handlerOf(index);
    if (handler !== undefined) await streamLayer(layer, handler, meter, signal);
  }
}
