import type { Entry, FactSet, FactTransaction, Json, Ledger } from '../../ledger/index.ts';
import { type Digest, isDigest } from '../../oci/index.ts';
import { type ImageName, imageName, type SeenImage } from '../../policy/index.ts';

/** What is derived from admission entries: where a decision stands, and the newest image admitted under each name. */
export const admissionFacts: FactSet = {
  name: 'admission',
  version: 1,
  tables: [
    'CREATE TABLE admissions (id TEXT PRIMARY KEY, entry INTEGER NOT NULL, allowed INTEGER NOT NULL) WITHOUT ROWID',
    'CREATE TABLE admitted_images (name TEXT PRIMARY KEY, manifest TEXT NOT NULL, released TEXT NOT NULL) WITHOUT ROWID',
  ],
  apply(entry: Entry, transaction: FactTransaction): void {
    if (entry.kind !== 'admission') return;
    const body = entry.body as unknown as AdmissionBody;
    // One request answered twice within a millisecond is one decision.
    transaction.run('INSERT OR IGNORE INTO admissions VALUES (?, ?, ?)', body.id, entry.index, body.allowed ? 1 : 0);
    for (const { name, manifest, released } of admittedImages(body)) {
      transaction.run(
        `INSERT INTO admitted_images VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE
         SET manifest = excluded.manifest, released = excluded.released WHERE excluded.released > released`,
        name,
        manifest,
        released,
      );
    }
  },
};

/** The part of an admission entry's body that facts come from. */
export interface AdmissionBody {
  readonly id: string;
  readonly allowed: boolean;
  readonly dryRun: boolean;
  readonly images: readonly { readonly result: string; readonly decisions?: readonly string[] }[];
  readonly decisions: readonly {
    readonly id: string;
    readonly image: { readonly name?: string; readonly manifest: string };
    readonly release?: string;
  }[];
}

/**
 * What is to be remembered as seen: one for each image admitted, with the earliest release among its platforms. They were made
 * one after the other, and the last of them must not make the others look old.
 */
export function admittedImages({ allowed, dryRun, images, decisions }: AdmissionBody): readonly SeenImage[] {
  if (!allowed || dryRun) return [];
  const byId = new Map(decisions.map((one) => [one.id, one]));
  return images.flatMap(({ result, decisions: ids = [] }) => {
    if (result !== 'allow') return [];
    let oldest: SeenImage | undefined;
    for (const id of ids) {
      const { image, release } = byId.get(id) ?? {};
      if (image?.name === undefined || release === undefined || !isDigest(image.manifest)) continue;
      if (oldest === undefined || release < oldest.released) {
        oldest = { name: image.name as ImageName, manifest: image.manifest, released: release };
      }
    }
    return oldest === undefined ? [] : [oldest];
  });
}

/** The newest image of each name, as the ledger has it and as it is told. */
export interface SeenImages {
  of(name: ImageName): readonly SeenImage[];
  /** After the entry is on disk. */
  remember(body: Json): void;
}

export function openSeenImages(ledger: Ledger): SeenImages {
  const newest = new Map<ImageName, SeenImage>();
  const put = (one: SeenImage): void => {
    const known = newest.get(one.name);
    if (known === undefined || one.released > known.released) newest.set(one.name, one);
  };
  for (const row of ledger.query('SELECT name, manifest, released FROM admitted_images')) {
    put({
      name: imageName(String(row['name'])),
      manifest: String(row['manifest']) as Digest,
      released: String(row['released']),
    });
  }
  return {
    of(name) {
      const one = newest.get(name);
      return one === undefined ? [] : [one];
    },
    remember: (body) => {
      for (const one of admittedImages(body as unknown as AdmissionBody)) put(one);
    },
  };
}
