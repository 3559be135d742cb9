import type { Digest } from './digest.ts';
import { digestIn, exactFieldsOf, sizeOf, textMapOf, textOf } from './json.ts';
import { type Platform, platformIn } from './platform.ts';

/** OCI image-spec 1.1, descriptor.md. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly platform?: Platform;
}

/** @throws HoldfastError `oci-malformed`, `digest-malformed` */
export function parseDescriptor(value: unknown, place: string): Descriptor {
  const fields = exactFieldsOf(value, place);
  const platform = platformIn(fields['platform'], place);
  return {
    mediaType: textOf(fields, 'mediaType', place),
    digest: digestIn(fields, 'digest', place),
    size: sizeOf(fields, 'size', place),
    annotations: textMapOf(fields, 'annotations', place),
    ...(platform === undefined ? {} : { platform }),
  };
}
