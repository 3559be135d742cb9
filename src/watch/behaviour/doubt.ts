import type { DriftCode } from '../../profile/index.ts';

/** What would be no drift if more were known of what was seen: it is then no proof that there is none, either. */
export type Doubt = ReadonlySet<DriftCode>;

export const noDoubt: Doubt = new Set();

/** The image's contents, the file's bytes, or the container's resolvers are not known. */
const bytesUnknown: Doubt = new Set(['process-other-bytes', 'file-other-bytes', 'connection-other-peer']);

/**
 * It ran before the sensor did: since it was started it may have forked, dropped its user and written another title over
 * its arguments, as nginx and PostgreSQL do.
 */
const startUnseen: Doubt = new Set([
  'process-other-parent',
  'process-other-user',
  'process-more-capabilities',
  'process-other-arguments',
]);

const both: Doubt = new Set([...bytesUnknown, ...startUnseen]);

export function doubtOf(isBytesUnknown: boolean, isStartUnseen = false): Doubt {
  if (isBytesUnknown) return isStartUnseen ? both : bytesUnknown;
  return isStartUnseen ? startUnseen : noDoubt;
}
