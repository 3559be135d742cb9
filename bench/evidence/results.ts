import type { BoundRow } from './bounded.ts';
import type { CommandRow } from './command.ts';
import type { CopyRow } from './copy.ts';
import type { SealRow } from './seal.ts';
import type { VerifyRow } from './verify.ts';
import type { WebhookRow } from './webhook.ts';

/** What the evidence that travels with images costs. */
export interface EvidenceResults {
  readonly verify?: readonly VerifyRow[];
  readonly command?: readonly CommandRow[];
  readonly webhook?: WebhookRow;
  readonly seal?: readonly SealRow[];
  readonly copy?: readonly CopyRow[];
  readonly bounded?: readonly BoundRow[];
}

export const evidenceRows = ['verify', 'webhook', 'seal', 'copy', 'bounded'] as const;
