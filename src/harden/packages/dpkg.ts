import { nameFromBytes } from '../../contents/index.ts';

/** Lines of a text as bytes, ends included: what is written again is what was read, whatever bytes are in it. */
function linesOf(bytes: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    lines.push(bytes.subarray(at, end));
    at = end;
  }
  return lines;
}

function textOfLine(line: Buffer): string {
  return nameFromBytes(line).replace(/\r?\n$/, '');
}

/**
 * `/var/lib/dpkg/status` with the paragraphs of some packages only, byte for byte.
 * @param stays asked with `Package` and `Architecture`; a paragraph without a name goes
 */
export function reduceStatus(bytes: Buffer, stays: (name: string, architecture: string) => boolean): Buffer {
  const kept: Buffer[] = [];
  let paragraph: Buffer[] = [];
  const flush = (): void => {
    if (paragraph.length > 0 && stays(fieldOf(paragraph, 'package'), fieldOf(paragraph, 'architecture'))) {
      const last = paragraph.at(-1);
      kept.push(...paragraph, ...(last?.at(-1) === 0x0a ? [] : [newline]), newline);
    }
    paragraph = [];
  };
  for (const line of linesOf(bytes)) {
    if (textOfLine(line).trim() === '') flush();
    else paragraph.push(line);
  }
  flush();
  return Buffer.concat(kept);
}

const newline = Buffer.from('\n');

function fieldOf(paragraph: readonly Buffer[], name: string): string {
  for (const line of paragraph) {
    const match = /^([^\s:]+):[ \t]*(.*)$/.exec(textOfLine(line));
    if (match?.[1]?.toLowerCase() === name) return match[2]?.trim() ?? '';
  }
  return '';
}

/** `info/NAME.list`: only the lines whose path stays. `/.` is the root. */
export function reduceList(bytes: Buffer, stays: (path: string) => boolean): Buffer {
  return Buffer.concat(linesOf(bytes).filter((line) => textOfLine(line) === '/.' || stays(textOfLine(line))));
}

/** `info/NAME.md5sums`: as `reduceList`; paths there are relative to the root. */
export function reduceSums(bytes: Buffer, stays: (path: string) => boolean): Buffer {
  const kept = linesOf(bytes).filter((line) => {
    const match = /^(\\?)[0-9a-f]{32} [ *](?:\.\/|\/)?(.+)$/.exec(textOfLine(line));
    if (match?.[2] === undefined) return false;
    const path =
      match[1] === '' ? match[2] : match[2].replace(/\\([\\n])/g, (_, one: string) => (one === 'n' ? '\n' : one));
    return stays(`/${path}`);
  });
  return Buffer.concat(kept);
}

/** The package (and its architecture, where it is named) that a file of `info/` or `status.d/` is about. */
export function packageOfInfo(path: string): { readonly name: string; readonly architecture?: string } | undefined {
  const match = /^\/var\/lib\/dpkg\/(?:info|status\.d)\/([^/:]+?)(?::([a-z0-9-]+))?(?:\.(?:list|md5sums))?$/.exec(path);
  if (match?.[1] === undefined) return undefined;
  return { name: match[1], ...(match[2] === undefined ? {} : { architecture: match[2] }) };
}
