import type { ImageProblem } from '../model.ts';

/** What can be wrong with a package database. Closed: a reader reports nothing else. */
export const packageProblems = {
  'dpkg-malformed': 'An entry of dpkg’s status has no usable name, version or architecture, or a line is no field.',
  'dpkg-truncated': 'A dpkg database ends in the middle of a line.',
  'dpkg-duplicate': 'Two entries name one package and architecture; the first is kept.',
  'dpkg-not-configured':
    'A package is unpacked but not configured, or only half installed; it is listed, its files may be incomplete.',
  'dpkg-no-files': 'A package has neither a list of files nor checksums, so its files have no owner.',
  'dpkg-diversions': 'The list of diversions is not in groups of three lines.',
  'npm-malformed': 'A package.json is not JSON, or its name or version is not a string.',
  'python-malformed': 'Metadata of a Python distribution has no usable name or version.',
  'python-no-record': 'A distribution has no list of its files; its top-level modules are taken instead.',
  'python-record': 'A line of a distribution’s RECORD is not a path.',
  'python-leftover': 'An unfinished install or removal left metadata behind that pip ignores.',
  'go-malformed': 'A Go binary’s build information can’t be read.',
  'go-pointer-format': 'A Go binary is older than Go 1.18: its build information lies behind pointers and is not read.',
  'package-encoding': 'A text is not UTF-8; the rest of it was read.',
  'package-too-big': 'A file of a package database is bigger than what is read.',
  'package-purl': 'A package’s name or version can’t be written as a package URL.',
  'package-too-many': 'A database names more packages or files than are read.',
} as const satisfies Record<string, string>;

export type PackageProblem = keyof typeof packageProblems;

/** Collects problems, at most so many a code, so that a broken database can't flood the result. */
export class Problems {
  readonly list: ImageProblem[] = [];
  readonly #counts = new Map<PackageProblem, number>();
  static readonly perCode = 100;

  add(code: PackageProblem, place: string, message: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= Problems.perCode) this.list.push({ code, place, message });
  }

  /** The problems, each code's surplus as one more line. */
  done(): readonly ImageProblem[] {
    for (const [code, count] of this.#counts) {
      if (count > Problems.perCode) {
        this.list.push({ code, place: '/', message: `${count - Problems.perCode} more of this kind are not listed` });
      }
    }
    return this.list;
  }
}
