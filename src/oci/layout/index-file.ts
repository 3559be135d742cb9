import { join } from 'node:path';
import { HoldfastError } from '../../errors/index.ts';
import type { Descriptor } from '../descriptor.ts';
import type { Digest } from '../digest.ts';
import { readSmallFile } from '../file.ts';
import { type Fields, fieldsOf, listOf, parseJsonObject, textMapOf } from '../json.ts';
import { ociLimits } from '../limits.ts';
import { writeAtomically } from './files.ts';
import { locked } from './lock.ts';

const refName = 'org.opencontainers.image.ref.name';

/** One change of `index.json`. */
export interface IndexChange {
  readonly add: Descriptor;
  readonly tag?: string;
  /** Untagged entries that are now found through the one that is added. */
  readonly covers?: ReadonlySet<Digest>;
}

/**
 * Changes `index.json` (image-spec 1.1, image-layout.md) under a lock: read, change, write whole. What others wrote in it
 * stays as it is.
 * @throws HoldfastError `layout-locked`, `oci-malformed`, `oci-limit`, `source-unreadable`
 */
export async function changeIndex(directory: string, change: IndexChange, signal: AbortSignal): Promise<void> {
  const file = join(directory, 'index.json');
  await locked(file, signal, async () => {
    const fields = parseJsonObject(await readSmallFile(file, ociLimits.manifestBytes, signal), file);
    const manifests = changed(listOf(fields, 'manifests', file), change, file);
    const bytes = Buffer.from(JSON.stringify({ ...fields, manifests }));
    if (manifests.length > ociLimits.manifests || bytes.length > ociLimits.manifestBytes) {
      throw new HoldfastError('oci-limit', `${manifests.length} entries are more than a layout can list`, {
        place: file,
      });
    }
    await writeAtomically(directory, 'index.json', [bytes]);
  });
}

function changed(entries: readonly unknown[], { add, tag, covers }: IndexChange, place: string): readonly unknown[] {
  const nameOf = (entry: Fields): string | undefined => textMapOf(entry, 'annotations', place)[refName];
  const kept = entries.filter((value) => {
    const entry = fieldsOf(value, place);
    const name = nameOf(entry);
    if (tag !== undefined && name === tag) return false;
    if (name !== undefined) return true;
    return entry['digest'] !== add.digest && covers?.has(entry['digest'] as Digest) !== true;
  });
  // Named already, and now again without a name: there is nothing to add.
  if (tag === undefined && kept.some((value) => fieldsOf(value, place)['digest'] === add.digest)) return kept;
  const { annotations, ...descriptor } = add;
  const named = tag === undefined ? annotations : { ...annotations, [refName]: tag };
  return [...kept, Object.keys(named).length === 0 ? descriptor : { ...descriptor, annotations: named }];
}
