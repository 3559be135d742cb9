export type TarEntryKind =
  | 'file'
  | 'hard-link'
  | 'symlink'
  | 'directory'
  | 'character-device'
  | 'block-device'
  | 'fifo';

/** One entry of a tar, its extended headers applied. Names are raw bytes, not yet judged. */
export interface TarEntry {
  readonly kind: TarEntryKind;
  readonly name: Uint8Array;
  /** Target of a hard link (a name in the archive) or text of a symlink; empty for others. */
  readonly linkName: Uint8Array;
  /** 0o7777 at most. */
  readonly mode: number;
  /** Bytes of data that follow; 0 for all but files, whatever the header said, as runtimes have it. */
  readonly size: number;
  /** Undefined: the header holds no number there. Nobody who only reads contents needs it. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  /** Whole seconds since 1970, never below 0. */
  readonly modified: number | undefined;
  /** Extended attributes (pax `SCHILY.xattr.NAME`) by name, such as `security.capability`. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
  readonly device: { readonly major: number; readonly minor: number };
  /** Position among the archive's entries, from 0. */
  readonly ordinal: number;
}
