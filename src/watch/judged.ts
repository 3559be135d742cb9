import type { Digest } from '../oci/index.ts';
import type { FileVersion, OpenEvent } from '../sensor/index.ts';
import type { FileSeen } from './bodies.ts';
import { inodeOf } from './file-memory.ts';
import { codeOf, findingId, type IdentityFinding, type Ran, whyOf } from './findings.ts';
import type { Remembered } from './history.ts';
import { fromOf, judge } from './identity.ts';
import type {
  Content,
  From,
  Identity,
  Manifest,
  ManifestFile,
  MissingHash,
  MissingManifest,
  ProcessInfo,
  Sight,
} from './model.ts';
import type { Sighting } from './sighting.ts';

const rememberedMax = 16_384;

/** What was concluded about one container so far: findings, what could not be told, packages in use. */
export class Judged {
  readonly findingIds = new Set<string>();
  readonly packagesUsed = new Set<string>();
  readonly packagesRead = new Set<string>();
  private readonly container: string;
  private readonly created: string;
  private readonly ran = new Map<string, { readonly ran: Ran; readonly inode: string }>();
  /** Files that could not be judged, by path: a later sight that can be judged settles them. */
  private readonly open = new Map<string, MissingHash | MissingManifest>();
  private findings: IdentityFinding[] = [];

  /** `created` tells apart containers that bear the same id one after another. */
  constructor(container: string, created: string) {
    this.container = container;
    this.created = created;
  }

  resume(known: Remembered): void {
    for (const id of known.findings) this.findingIds.add(id);
    for (const one of known.packagesUsed) this.packagesUsed.add(one);
    for (const one of known.packagesRead) this.packagesRead.add(one);
    for (const [path, reason] of known.unknown) this.open.set(path, reason as MissingHash);
  }

  /** How many files could not be judged, by reason. */
  get unknown(): ReadonlyMap<MissingHash | MissingManifest, number> {
    const counts = new Map<MissingHash | MissingManifest, number>();
    for (const reason of this.open.values()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return counts;
  }

  get hasFindings(): boolean {
    return this.findings.length > 0;
  }

  /** New findings since the last call. */
  takeFindings(): readonly IdentityFinding[] {
    const found = this.findings;
    this.findings = [];
    return found;
  }

  /** How this file was run before under this path. */
  ranAs(path: string, file: FileVersion): Ran | undefined {
    const before = this.ran.get(path);
    return before?.inode === inodeOf(file) ? before.ran : undefined;
  }

  file(
    sighting: Sighting,
    content: Content,
    manifest: Manifest | MissingManifest,
    image: Digest | undefined,
    compiled = false,
  ): FileSeen {
    const { use, path, file } = sighting;
    const sight: Sight = { use, path, place: file.place, unlinked: file.unlinked, compiled, content };
    const identity = judge(sight, manifest);
    if (this.ran.size < rememberedMax) this.ran.set(path, { ran: sighting.ran, inode: inodeOf(file) });
    if (identity.verdict !== 'unknown') this.open.delete(path);
    else if (this.open.size < rememberedMax) this.open.set(path, identity.reason);
    if (identity.verdict === 'good' && identity.image.package !== undefined)
      this.packagesUsed.add(identity.image.package);
    this.find(sighting, sight, identity, image);
    return {
      use,
      time: sighting.time,
      path,
      sha256: content.known ? content.sha256 : identity.verdict === 'good' ? identity.image.sha256 : null,
      size: content.known ? content.size : null,
      ...described(identity),
      from: fromOf(sight, identity),
      key: sighting.key ?? null,
      snapshot: sighting.snapshot,
      process: sighting.process,
    };
  }

  /** Opened, for whatever reason: which package it belongs to is told by its path, its bytes are not asked for. */
  read(event: OpenEvent, path: string, time: string, manifest: Manifest | MissingManifest): FileSeen {
    const lower = event.file.place === 'lower' && typeof manifest !== 'string';
    const found = lower ? manifest.byPath(path) : undefined;
    if (found?.package !== undefined) this.packagesRead.add(found.package);
    return unjudged('read', event, path, time, found);
  }

  written(event: OpenEvent, path: string, time: string): FileSeen {
    return unjudged('written', event, path, time, undefined);
  }

  /** A process of the container runs something outside the container's file system. */
  escape(process: ProcessInfo, path: string, time: string, image: Digest | undefined): void {
    const why = `${process.path === '' ? path : process.path} was executed in the host's mount namespace by a process of the container`;
    const file = { path, sha256: null, from: 'host' as const };
    this.add('exec-in-host-namespace', process, file, why, time, image);
  }

  /** What was signed of the image is not what this host reads of it. */
  manifestDiffers(evidence: Digest, paths: readonly string[], count: number, time: string, image: Digest): void {
    const nobody = { pid: 0, path: '', argv: [], uid: 0, parents: [] };
    const [first = ''] = paths;
    const file = { path: first, sha256: evidence.slice('sha256:'.length), from: 'image' as const };
    const named = paths.length === 0 ? '' : `: ${paths.join(', ')}${count > paths.length ? ', …' : ''}`;
    const why = `the signed file manifest ${evidence} differs from the image as it is read here in ${count} ${count === 1 ? 'file' : 'files'}${named}`;
    this.add('file-manifest-differs', nobody, file, why, time, image);
  }

  private find(sighting: Sighting, sight: Sight, identity: Identity, image: Digest | undefined): void {
    const code = codeOf(sighting.ran, sight, identity);
    // The main program's own mapping: said when it was executed.
    if (code === undefined || (sighting.use === 'mapped' && sighting.ran === 'exec')) return;
    const sha256 = sight.content.known ? sight.content.sha256 : null;
    const file = { path: sight.path, sha256, from: fromOf(sight, identity) };
    const after = sighting.use === 'written' ? '; it was written after it had run' : '';
    this.add(code, sighting.process, file, whyOf(sighting.ran, sight, identity) + after, sighting.time, image);
  }

  private add(
    code: IdentityFinding['code'],
    process: ProcessInfo,
    file: IdentityFinding['file'],
    why: string,
    time: string,
    image: Digest | undefined,
  ): void {
    const id = findingId(`${this.container} ${this.created}`, code, file.path, file.sha256);
    if (this.findingIds.has(id)) return;
    this.findingIds.add(id);
    const { container } = this;
    this.findings.push({
      type: 'finding',
      term: 'identity',
      id,
      time,
      container,
      image: image ?? null,
      code,
      process,
      file,
      why,
    });
  }
}

function described(identity: Identity): Pick<FileSeen, 'verdict' | 'how' | 'package' | 'layer'> {
  const { verdict } = identity;
  switch (verdict) {
    case 'good':
      return { verdict, how: identity.how, package: identity.image.package ?? null, layer: identity.image.layer };
    case 'foreign':
      return { verdict, how: identity.how, package: null, layer: null };
    case 'unknown':
      return { verdict, how: identity.reason, package: null, layer: null };
    case 'none':
      return { verdict, how: identity.how, package: null, layer: null };
  }
}

function unjudged(
  use: 'read' | 'written',
  event: OpenEvent,
  path: string,
  time: string,
  found: ManifestFile | undefined,
): FileSeen {
  const { place, unlinked } = event.file;
  const from: From =
    found !== undefined ? `layer ${found.layer}` : unlinked ? 'unlinked' : place === 'lower' ? 'image' : place;
  return {
    use,
    time,
    path,
    sha256: found?.sha256 ?? null,
    size: event.size,
    verdict: 'none',
    how: use,
    package: found?.package ?? null,
    layer: found?.layer ?? null,
    from,
    key: null,
    snapshot: false,
    process: null,
  };
}
