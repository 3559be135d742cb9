import { measured } from './child.ts';
import type { EvidenceGround } from './ground.ts';
import type { BenchImage } from './images.ts';

/** Milliseconds. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly worst: number;
}

export interface VerifyAsked {
  readonly reference: string;
  readonly policyFile: string;
  readonly cold: number;
  readonly anew: number;
  readonly warm: number;
}

/** One process that verifies one image. */
export interface VerifyAnswered {
  /** The very first in the process: connection and code are new too. */
  readonly first: number;
  /** Nothing is remembered, the connection is open: everything is fetched, every signature checked, the policy asked. */
  readonly cold: Quantiles;
  /** The evidence is remembered, the decision is not. */
  readonly anew: Quantiles;
  /** The judge remembers its decision. */
  readonly warm: Quantiles;
  /** The first half of the warm samples against the second, per cent at the median: the noise floor. */
  readonly noisePercent: number;
  readonly peakKib: number;
}

export interface VerifyRow extends VerifyAnswered {
  readonly image: string;
  readonly registry: string;
  readonly evidenceBytes: number;
}

/** Verification in the process, as the webhook does it, of images with a signature and five attestations by key. */
export async function verify(
  ground: EvidenceGround,
  images: readonly BenchImage[],
  progress: (line: string) => void,
): Promise<readonly VerifyRow[]> {
  const rows: VerifyRow[] = [];
  for (const image of images) {
    for (const registry of ground.registries) {
      progress(`verify in the process: ${image.name} in ${registry.kind}`);
      const { reference, evidenceBytes } = await ground.publish(registry, `bench/${image.name}`, image);
      const answered = await measured<VerifyAnswered>('verify-process.ts', {
        reference,
        policyFile: ground.policyFile,
        cold: 200,
        anew: 200,
        warm: 20_000,
      } satisfies VerifyAsked);
      rows.push({ image: image.name, registry: registry.kind, evidenceBytes, ...answered });
    }
  }
  return rows;
}
