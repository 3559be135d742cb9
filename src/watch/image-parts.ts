import type { ImageContents } from '../contents/index.ts';
import type { ImagePart } from './bodies.ts';

/** Rows in one part: small enough that its insertion does not hold up the agent's other work. */
export const rowsPerPart = 1000;

/** An image's contents cut into parts; packages come first, so that files can name them. */
export function* imageParts(contents: ImageContents): Generator<ImagePart, void, undefined> {
  const packages = contents.packages.map(
    (one, number) => [number, one.purl, one.name, one.version, one.type, one.location] as const,
  );
  for (let at = 0; at < packages.length || at === 0; at += rowsPerPart)
    yield {
      files: [],
      packages: packages.slice(at, at + rowsPerPart),
      links: [],
      problems:
        at === 0
          ? contents.problems.slice(0, rowsPerPart).map(({ place, code, message }) => ({ place, code, message }))
          : [],
    };
  for (let at = 0; at < contents.links.length; at += rowsPerPart) {
    const links = contents.links.slice(at, at + rowsPerPart).map((one) => [one.path, one.target, one.layer] as const);
    yield { files: [], packages: [], links, problems: [] };
  }
  for (let at = 0; at < contents.files.length; at += rowsPerPart) {
    const files = contents.files
      .slice(at, at + rowsPerPart)
      .map((one) => [one.path, one.sha256, one.size, one.mode, one.layer, one.owner ?? -1] as const);
    yield { files, packages: [], links: [], problems: [] };
  }
}
