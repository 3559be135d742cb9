import { createHash } from 'node:crypto';
import type { Bom } from './cyclonedx.ts';

/**
 * The bytes of a BOM: the same for the same content. Keys are sorted by UTF-16 code units, there are no spaces, one line
 * end closes the text. A BOM without a serial number gets one made from all its other content.
 */
export function writeBom(bom: Bom): string {
  return `${sorted(bom.serialNumber === undefined ? { ...bom, serialNumber: serialNumberOf(bom) } : bom)}\n`;
}

/** `urn:uuid:…`, from the BOM's content without its serial number. */
export function serialNumberOf(bom: Bom): string {
  const { serialNumber: _, ...content } = bom;
  return `urn:uuid:${documentUuid(content)}`;
}

/** A UUID of version 8 (RFC 9562 section 5.8) from a document's content. */
export function documentUuid(content: object): string {
  const bytes = createHash('sha256').update(sorted(content)).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** JSON with sorted keys and no spaces. */
export function sorted(document: object): string {
  return JSON.stringify(document, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
