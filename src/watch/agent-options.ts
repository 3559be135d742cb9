import type { Json, Ledger } from '../ledger/index.ts';
import type { ContainerState, WatchEvent } from './events.ts';
import type { ImageReader } from './images.ts';

export interface AgentOptions {
  readonly ledger: Ledger;
  readonly version: string;
  readonly readImage: ImageReader;
  readonly emit: (event: WatchEvent) => void;
  readonly conclude: (state: ContainerState) => { readonly word: string; readonly [name: string]: Json };
}
