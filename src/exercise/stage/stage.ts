import type { Platform, RegistryOptions, SourceReference } from '../../oci/index.ts';
import type { StagedImage } from '../model.ts';

export interface StageOptions extends RegistryOptions {
  /** containerd's. */
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly platform?: Platform;
  readonly progress?: (what: string) => void;
}

export function stageImage(_source: SourceReference, _options: StageOptions): Promise<StagedImage> {
  return Promise.reject(new Error('not yet'));
}
