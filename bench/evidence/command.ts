import { interopTool } from '../../test/support/registry/outside.ts';
import { type Spread, slowdown, spread } from '../statistics.ts';
import { time } from '../timed.ts';
import type { EvidenceGround } from './ground.ts';
import type { BenchImage } from './images.ts';

export interface Process {
  readonly millis: Spread;
  readonly peakKib: number;
}

export interface CommandRow {
  readonly image: string;
  readonly registry: string;
  /** Signature and five attestations, judged by a policy. */
  readonly holdfast: Process;
  /** The same once more in each round: what it differs by, per cent, is noise. */
  readonly again: Spread;
  readonly cosignVerify: Process;
  /** One attestation of the five, by its type. */
  readonly cosignAttestation: Process;
  /** How much longer both of cosign's take than ours, per cent, by round. */
  readonly cosignBoth: Spread;
}

const who = ['holdfast', 'again', 'cosignVerify', 'cosignAttestation'] as const;
type Who = (typeof who)[number];

/** `holdfast verify` beside `cosign verify` and `cosign verify-attestation`, whole processes in turn, by key, of one image. */
export async function command(
  ground: EvidenceGround,
  images: readonly BenchImage[],
  rounds: number,
  progress: (line: string) => void,
): Promise<readonly CommandRow[]> {
  const cosign = interopTool('cosign');
  const byKey = ['--key', ground.publicKey, '--insecure-ignore-tlog=true'];
  const rows: CommandRow[] = [];
  for (const image of images) {
    for (const registry of ground.registries) {
      const { reference } = await ground.publish(registry, `bench/${image.name}`, image);
      const ours = ground.holdfast('verify', reference, '--policy', ground.policyFile);
      const commands: Readonly<Record<Who, readonly string[]>> = {
        holdfast: ours,
        again: ours,
        cosignVerify: [cosign, 'verify', ...byKey, reference],
        cosignAttestation: [cosign, 'verify-attestation', ...byKey, '--type', 'cyclonedx', reference],
      };
      const samples: Readonly<Record<Who, { readonly millis: number[]; readonly peakKib: number[] }>> = {
        holdfast: { millis: [], peakKib: [] },
        again: { millis: [], peakKib: [] },
        cosignVerify: { millis: [], peakKib: [] },
        cosignAttestation: { millis: [], peakKib: [] },
      };
      // The first round warms what is kept between runs, and is not counted.
      for (let round = 0; round <= rounds; round += 1) {
        for (let turn = 0; turn < who.length; turn += 1) {
          const one = who[(round + turn) % who.length] ?? 'holdfast';
          const { seconds, peakKib } = await time(commands[one], { env: ground.environment });
          if (round === 0) continue;
          samples[one].millis.push(seconds * 1000);
          samples[one].peakKib.push(peakKib);
        }
        progress(`verify, whole processes: ${image.name} in ${registry.kind}, round ${round} of ${rounds}`);
      }
      const process = (one: Who): Process => ({
        millis: spread(samples[one].millis),
        peakKib: spread(samples[one].peakKib).median,
      });
      const both = samples.cosignVerify.millis.map(
        (millis, at) => millis + (samples.cosignAttestation.millis[at] ?? Number.NaN),
      );
      rows.push({
        image: image.name,
        registry: registry.kind,
        holdfast: process('holdfast'),
        again: slowdown(samples.holdfast.millis, samples.again.millis),
        cosignVerify: process('cosignVerify'),
        cosignAttestation: process('cosignAttestation'),
        cosignBoth: slowdown(samples.holdfast.millis, both),
      });
    }
  }
  return rows;
}
