import type { FileUse, From, Identity, Manifest, MissingManifest, Sight } from './model.ts';

/** `/a/b/__pycache__/c.cpython-311.opt-1.pyc` → `/a/b/c.py`; undefined for any other path (PEP 3147). */
export function pythonSourceOf(path: string): string | undefined {
  const match = /^(.*)\/__pycache__\/([^/]+?)\.(?:cpython|pypy|graalpy)[^./]*(?:\.opt-[^./]+)?\.pyc(?:\.\d+)?$/.exec(
    path,
  );
  return match === null ? undefined : `${match[1]}/${match[2]}.py`;
}

/**
 * Are these the image's bytes? Decided by content; the place the kernel showed is only a hint, used where there is no
 * hash. Nothing here is remembered or looked up elsewhere.
 */
export function judge(sight: Sight, manifest: Manifest | MissingManifest): Identity {
  if (typeof manifest === 'string') return { verdict: 'unknown', reason: manifest };
  const atPath = inImage(sight) ? manifest.byPath(sight.path) : undefined;
  const { content } = sight;
  if (!content.known) {
    // A lower layer is read-only: what the kernel read from there at a path of the image is the image's.
    if (sight.place === 'lower' && atPath !== undefined) return { verdict: 'good', how: 'by-layer', image: atPath };
    // Whatever its bytes were, no file of an image is a memory file.
    if (sight.place === 'memfd') return { verdict: 'foreign', how: 'not-in-image' };
    return { verdict: 'unknown', reason: content.reason };
  }
  const elsewhere = manifest.byContent(content.sha256);
  // Run first and made to look honest afterwards would be too easy.
  if (content.later === true && elsewhere !== undefined) return { verdict: 'unknown', reason: 'hash-changing' };
  if (atPath?.sha256 === content.sha256) return { verdict: 'good', how: 'content', image: atPath };
  if (elsewhere !== undefined && content.size > 0) return { verdict: 'good', how: 'elsewhere', image: elsewhere };
  const source = sight.use === 'loaded' || sight.use === 'written' ? pythonSourceOf(sight.path) : undefined;
  // Python also replaces the image's own bytecode where that is stale: in images whose files all bear one time. Its
  // source may be named by a link then, as Debian's sitecustomize.py is.
  const origin = source === undefined ? undefined : (manifest.byPath(source) ?? atPath);
  if (origin !== undefined && (atPath === undefined || sight.compiled === true))
    return { verdict: 'good', how: 'derived', image: origin };
  if (atPath !== undefined) return { verdict: 'foreign', how: 'modified', image: atPath };
  return { verdict: 'foreign', how: 'not-in-image' };
}

/** A path names an image's file only on the container's root; a memfd may be called anything. */
function inImage(sight: Sight): boolean {
  return sight.place !== 'memfd' && sight.place !== 'host' && !(sight.unlinked && sight.place === 'tmpfs');
}

/** Where the bytes come from, as a finding says it. */
export function fromOf(sight: Sight, identity: Identity): From {
  if (identity.verdict === 'good' && sight.place === 'lower') return `layer ${identity.image.layer}`;
  if (sight.place === 'memfd') return 'memfd';
  if (sight.unlinked) return 'unlinked';
  return sight.place === 'lower' ? 'image' : sight.place;
}

/** Uses whose bytes must be the image's. */
export function mustBeImage(use: FileUse): boolean {
  return use === 'executed' || use === 'mapped' || use === 'loaded';
}
