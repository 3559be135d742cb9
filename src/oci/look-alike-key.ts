/**
 * A key that is one of `known` but for its case. Go reads `Layers` as `layers`, and takes the later of the two.
 */
export function lookAlikeKey(fields: Readonly<Record<string, unknown>>, known: readonly string[]): string | undefined {
  const lower = new Set(known.map((key) => key.toLowerCase()));
  return Object.keys(fields).find((key) => !known.includes(key) && lower.has(key.toLowerCase()));
}
