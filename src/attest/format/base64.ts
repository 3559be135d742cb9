/**
 * Base64 of RFC 4648, section 4, in its one canonical spelling: padded, no line breaks, no stray bits at the end.
 * Node's own decoder takes much more, and two spellings of one signature would be two pieces of evidence.
 * @returns undefined where the text is anything else
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // What it writes is the one spelling, so only that comes back as it was.
  return bytes.toString('base64') === text ? bytes : undefined;
}
