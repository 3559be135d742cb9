import type { Ledger } from '../ledger/index.ts';
import type { FileUse, From } from './model.ts';
import type { StoredContainer } from './stored.ts';

/** One file as it was used by containers of one image, summed up. */
export interface FileUsed {
  readonly use: FileUse;
  readonly path: string;
  /** undefined: not hashed. */
  readonly sha256: string | undefined;
  readonly verdict: string;
  readonly how: string;
  readonly from: From;
  /** purl */
  readonly package: string | undefined;
  readonly layer: number | undefined;
  readonly first: string;
  readonly last: string;
  readonly count: number;
}

/** What these containers used of the image they run now. */
export function usesOf(ledger: Ledger, containers: readonly StoredContainer[]): readonly FileUsed[] {
  const all: FileUsed[] = [];
  for (const container of containers) {
    const rows = ledger.query(
      'SELECT * FROM watch_uses WHERE container = ? AND image = ? ORDER BY path, "use", sha256',
      [container.key, container.image ?? ''],
    );
    for (const row of rows) {
      const { layer } = row;
      all.push({
        use: String(row['use']) as FileUse,
        path: String(row['path']),
        sha256: row['sha256'] === '' ? undefined : String(row['sha256']),
        verdict: String(row['verdict']),
        how: String(row['how']),
        from: String(row['from']) as From,
        package: row['package'] === null ? undefined : String(row['package']),
        layer: typeof layer === 'number' ? layer : undefined,
        first: String(row['first']),
        last: String(row['last']),
        count: Number(row['count']),
      });
    }
  }
  return all;
}

export interface PackageNamed {
  readonly purl: string;
  readonly name: string;
  readonly version: string;
}

/** Names and versions of an image's packages by purl. */
export function packagesOf(ledger: Ledger, image: string | undefined): ReadonlyMap<string, PackageNamed> {
  const rows = ledger.query(
    'SELECT p.purl, p.name, p.version FROM image_packages p JOIN images i ON i.id = p.image WHERE i.image = ?',
    [image ?? ''],
  );
  return new Map(
    rows.map((row) => {
      const purl = String(row['purl']);
      return [purl, { purl, name: String(row['name']), version: String(row['version']) }];
    }),
  );
}
