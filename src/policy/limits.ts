/** What a policy file, and what is judged by it, may cost. Policies are written by people; predicates by whoever signs. */
export const policyLimits = {
  /** Bytes of one file of documents. */
  fileBytes: 512 * 1024,
  documents: 64,
  /** Nested lists and objects of one document. */
  depth: 24,
  /** Bytes of one PEM, inline or in a file of its own. */
  keyBytes: 16 * 1024,
  /** Characters of a CEL expression, and nodes of its syntax tree. */
  celLength: 4096,
  celNodes: 600,
  /** Comprehensions inside one another. */
  celNesting: 3,
  /** Units one evaluation may use: an iteration, a call, 64 characters of text, or an element compared is about one. */
  celCost: 500_000,
  /** Characters of a reason, as shown. */
  reason: 500,
  /** How far ahead of ours a signed time may be, in milliseconds. */
  clockSkew: 5 * 60_000,
} as const;
