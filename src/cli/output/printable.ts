// What a terminal would obey rather than show: C0 and C1 controls, line separators, and the marks that reorder text.
// Paths and arguments come from containers, which must not be able to write to the screen of whoever watches them.
const unsafe = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Text from outside made safe to print on one line: control and reordering characters become `\xNN` or `\u{NNNN}`. */
export function printable(text: string): string {
  return text.replaceAll(unsafe, (mark) => {
    const code = mark.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
