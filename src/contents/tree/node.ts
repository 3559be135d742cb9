import type { Capture } from '../layer/capture.ts';

/** An entry of a layer, by its position. */
export interface EntryPlace {
  readonly layer: number;
  readonly ordinal: number;
}

/** A tree of names, as one layer says it or as several came out. Only what matters for regular files is kept. */
export type TreeNode = DirectoryNode | FileNode | LinkNode | OtherNode | WhiteoutNode | ElsewhereNode;

export interface DirectoryNode {
  readonly kind: 'directory';
  readonly children: Map<string, TreeNode>;
  /** Nothing of the layers below shows through. */
  opaque: boolean;
  /** No entry made it: it stands only in the path of another. */
  implied: boolean;
  /** The entry whose mode and owner it has; undefined where none made it. */
  entry: EntryPlace | undefined;
}

/** A regular file's bytes. Hard links are one node under several names. */
export interface FileNode {
  readonly kind: 'file';
  readonly sha256: string;
  readonly size: number;
  readonly mode: number;
  readonly layer: number;
  /** Which entry of the layer holds the bytes. */
  readonly ordinal: number;
  /** The path under which package readers were asked, and what they kept. */
  readonly asked: string;
  readonly captures: readonly Capture[];
}

export interface LinkNode {
  readonly kind: 'link';
  readonly target: string;
  readonly layer: number;
  readonly ordinal: number;
}

/** Devices, fifos. */
export interface OtherNode {
  readonly kind: 'other';
  readonly layer: number;
  readonly ordinal: number;
}

export interface WhiteoutNode {
  readonly kind: 'whiteout';
}

/** A hard link to something a lower layer must have. */
export interface ElsewhereNode {
  readonly kind: 'elsewhere';
  readonly target: readonly string[];
  readonly place: string;
}

export function directoryNode(implied: boolean, entry?: EntryPlace): DirectoryNode {
  return { kind: 'directory', children: new Map(), opaque: false, implied, entry };
}
