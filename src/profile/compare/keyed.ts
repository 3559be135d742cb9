import { accessText } from '../document/write.ts';
import type { ExecutionProfile, Seen } from '../model.ts';
import { capabilityNames } from '../text/capabilities.ts';
import { argumentsText, inboundText, outboundText } from '../text/entries.ts';

export type Section = 'executables' | 'processes' | 'files' | 'outbound' | 'inbound' | 'memory';

/** One entry as it is compared and shown: what it is about, and what is allowed of it. */
export interface Keyed {
  readonly section: Section;
  /** No two entries of a profile share it. */
  readonly key: string;
  /** What may differ under the same key. */
  readonly allowed: string;
  readonly seen: Seen | undefined;
}

/** Every entry of a profile, in its order. */
export function keyed(profile: ExecutionProfile): readonly Keyed[] {
  const { executables, processes, files, outbound, inbound, memory } = profile;
  return [
    ...executables.map(({ path, ofImage, sha256 }): Keyed => {
      const bytes = [...(ofImage ? ['image'] : []), ...sha256.map((one) => `sha256:${one}`)];
      return { section: 'executables', key: path, allowed: bytes.join(' '), seen: undefined };
    }),
    ...processes.flatMap(({ path, parent, uid, capabilities, arguments: lists }) =>
      lists.map(
        (one): Keyed => ({
          section: 'processes',
          key: `${path} by ${parent}, uid ${uid}: ${argumentsText(one.pattern)}`,
          allowed: capabilities === 0n ? '' : `capabilities ${capabilityNames(capabilities)}`,
          seen: one,
        }),
      ),
    ),
    ...files.map((one): Keyed => {
      const pins = one.sha256.map((sha256) => ` sha256:${sha256}`).join('');
      return { section: 'files', key: one.pattern, allowed: `${accessText(one)}${pins}`, seen: one };
    }),
    ...outbound.map((one): Keyed => ({ section: 'outbound', key: outboundText(one), allowed: '', seen: one })),
    ...inbound.map((one): Keyed => ({ section: 'inbound', key: inboundText(one), allowed: '', seen: one })),
    ...(memory === undefined
      ? []
      : [{ section: 'memory', key: 'code made in memory', allowed: '', seen: memory } as const]),
  ];
}
