import type { ManifestRow } from '../contents/index.ts';
import { HoldfastError } from '../errors/index.ts';
import type { Ledger } from '../ledger/index.ts';
import type { Digest } from '../oci/index.ts';
import { parsePurl } from '../purl/index.ts';
import type { FilesEvidence } from './behaviour/evidence.ts';
import type { ImagePart } from './bodies.ts';
import type { WatchedContainer } from './container.ts';
import { differingPaths, storedManifest } from './image-manifest.ts';
import { rowsPerPart } from './image-parts.ts';
import { writePart } from './image-writing.ts';
import type { Manifest } from './model.ts';
import { now } from './now.ts';
import type { ProvenanceJudge, ProvenImage } from './provenance.ts';
import type { Recorder } from './recorder.ts';

export interface SignedFilesOptions {
  readonly ledger: Ledger;
  readonly recorder: Recorder;
  readonly judge: Pick<ProvenanceJudge, 'files'>;
  readonly signal: AbortSignal;
  /** Something of it is to be written. */
  readonly touch: (container: WatchedContainer) => void;
}

/** Paths that a finding names. */
const namedPaths = 20;

/** Signed file manifests that differ from what this host reads, or stand for what it can't read: fetched once each. */
export class SignedFiles {
  private readonly options: SignedFilesOptions;
  private readonly compared = new WeakMap<WatchedContainer, readonly FilesEvidence[]>();
  private readonly underWay = new Map<Digest, Promise<Manifest | undefined>>();

  constructor(options: SignedFilesOptions) {
    this.options = options;
  }

  /**
   * Judges a container's identity by the signed file manifest: nothing is done where that names the files which this host
   * reads. Where they differ it is a finding, and where this host can't read the image the signed one stands for it.
   */
  compare(container: WatchedContainer, image: ProvenImage, files: readonly FilesEvidence[]): void {
    const { contents } = container;
    if (contents.isBeingRead) return;
    const [first] = files;
    if (first === undefined) return contents.withoutSigned();
    if (this.compared.get(container) === files) return;
    this.compared.set(container, files);
    const read = storedManifest(this.options.ledger, image.manifest);
    if (!files.some(({ digest }) => digest === read?.filesDigest))
      void this.useSigned(container, image, first, read !== undefined);
  }

  private async useSigned(
    container: WatchedContainer,
    image: ProvenImage,
    files: FilesEvidence,
    read: boolean,
  ): Promise<void> {
    const signed = await this.open(image, files);
    if (signed === undefined) container.contents.withoutSigned();
    else container.contents.settle(signed);
    if (read) {
      const { evidence } = files;
      const { paths, count } = differingPaths(this.options.ledger, image.manifest, evidence, namedPaths);
      container.judged.manifestDiffers(evidence, paths, count, now(), image.manifest);
    }
    this.options.touch(container);
  }

  /** Undefined: it could not be had, or is not the one that was named. */
  private open(image: ProvenImage, files: FilesEvidence): Promise<Manifest | undefined> {
    const { evidence } = files;
    const stored = storedManifest(this.options.ledger, evidence);
    if (stored !== undefined) return Promise.resolve(stored);
    const before = this.underWay.get(evidence);
    if (before !== undefined) return before;
    const fetching = this.fetch(image, files);
    this.underWay.set(evidence, fetching);
    void fetching.finally(() => this.underWay.delete(evidence));
    return fetching;
  }

  private async fetch(image: ProvenImage, { evidence, digest }: FilesEvidence): Promise<Manifest | undefined> {
    const { ledger, recorder, judge, signal } = this.options;
    try {
      const rows = await judge.files(image, evidence, signal);
      const parts = partsOf(rows);
      const key = { digest: evidence, kind: 'signed' } as const;
      for (const [number, part] of parts.entries())
        await writePart(recorder, now(), {
          key,
          part: number,
          rows: part,
          files: number === parts.length - 1 ? digest : null,
        });
      return storedManifest(ledger, evidence);
    } catch (error) {
      if (error instanceof HoldfastError) return undefined;
      throw error;
    }
  }
}

function partsOf(rows: readonly ManifestRow[]): readonly ImagePart[] {
  const purls = [...new Set(rows.flatMap((row) => row.package ?? []))].sort();
  const numbers = new Map(purls.map((purl, number) => [purl, number]));
  const packages = purls.map((purl, number) => {
    const { type, name, version = '' } = parsePurl(purl);
    return [number, purl, name, version, type, ''] as const;
  });
  const parts: ImagePart[] = [{ files: [], packages, links: [], problems: [] }];
  for (let at = 0; at < rows.length; at += rowsPerPart) {
    const files = rows.slice(at, at + rowsPerPart).map((row) => {
      const owner = row.package === undefined ? -1 : (numbers.get(row.package) ?? -1);
      return [row.path, row.sha256, row.size, row.mode, row.layer, owner] as const;
    });
    parts.push({ files, packages: [], links: [], problems: [] });
  }
  return parts;
}
