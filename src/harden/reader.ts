import {
  type FoundPackage,
  type ImageView,
  noWish,
  type PackageReader,
  type ReaderResult,
  type Wish,
} from '../contents/index.ts';
import type { Head } from './elf/elf.ts';
import { HeadScanner } from './elf/scanner.ts';
import { hardenLimits } from './limits.ts';

const scan: Wish = { kind: 'scan', scanner: () => new HeadScanner() };
const systemText: Wish = { kind: 'keep', bound: hardenLimits.systemText };
const dpkgText: Wish = { kind: 'keep', bound: hardenLimits.dpkgText };

const system =
  /^\/etc\/(?:ld\.so\.conf|ld\.so\.preload|ld-musl-[^/]*\.path|nsswitch\.conf|passwd|group)$|^\/etc\/ld\.so\.conf\.d\/[^/]*\.conf$/;
const databases = /^\/var\/lib\/dpkg\/(?:status|status\.d\/[^/]+|info\/[^/]+\.(?:list|md5sums))$|\.dist-info\/RECORD$/;

/** What is kept of an image while it is read, beside its contents. */
export interface Heard {
  readonly heads: ReadonlyMap<string, Head>;
  /** Whole files by path: of the system, of dpkg, and Python's records. */
  readonly texts: ReadonlyMap<string, Buffer>;
  /** Files that would have been read and are too big. */
  readonly unread: readonly string[];
}

export interface HardenReader extends PackageReader {
  readonly heard: Heard;
}

/** Takes along what hardening needs while the layers stream by. One for each image. */
export function hardenReader(): HardenReader {
  const heads = new Map<string, Head>();
  const texts = new Map<string, Buffer>();
  const unread: string[] = [];
  return {
    name: 'harden',
    heard: { heads, texts, unread },
    wants(path, _mode, size) {
      if (databases.test(path)) return dpkgText;
      if (system.test(path)) return systemText;
      return size < 4 ? noWish : scan;
    },
    read({ kept }: ImageView): ReaderResult {
      for (const { path, content } of kept) {
        if (content.kind === 'extract')
          heads.set(path, JSON.parse(Buffer.from(content.bytes).toString('utf8')) as Head);
        else if (content.kind === 'whole') texts.set(path, Buffer.from(content.bytes));
        else unread.push(path);
      }
      return { packages: [], problems: [] };
    },
  };
}

/** The readers of packages, and what they said each package owns, which `ImageContents` does not keep. */
export function listening(readers: readonly PackageReader[]): {
  readonly readers: readonly PackageReader[];
  readonly packages: FoundPackage[];
} {
  const packages: FoundPackage[] = [];
  return {
    packages,
    readers: readers.map((reader) => ({
      name: reader.name,
      wants: (path, mode, size) => reader.wants(path, mode, size),
      read(view) {
        const result = reader.read(view);
        packages.push(...result.packages);
        return result;
      },
    })),
  };
}
