import type { Digest } from '../oci/index.ts';
import { digestOf } from '../oci/index.ts';
import type { ImageContentsBody, ImagePart } from './bodies.ts';
import type { Recorder } from './recorder.ts';

/** One part of what an image holds, on its way into the store. */
export interface PartToWrite {
  /** What the files are found under: the image's key, or the signed file manifest's. */
  readonly key: { readonly digest: Digest; readonly kind: ImageContentsBody['keyKind'] };
  readonly part: number;
  readonly rows: ImagePart;
  /** On the last one: `filesDigest` of all parts together. */
  readonly files: string | null;
}

/** Resolved when it is on disk. */
export async function writePart(recorder: Recorder, time: string, one: PartToWrite): Promise<void> {
  const { key, part, rows, files: filesDigest } = one;
  const blob = Buffer.from(JSON.stringify(rows));
  const digest = digestOf(blob);
  const body: ImageContentsBody = {
    image: key.digest,
    keyKind: key.kind,
    part,
    complete: filesDigest !== null,
    blob: digest,
    filesDigest,
    files: rows.files.length,
    packages: rows.packages.length,
  };
  await recorder.recorded({ kind: 'image-contents', time, subjects: [key.digest, digest], body }, [blob]);
}
