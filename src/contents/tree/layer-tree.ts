import { HoldfastError } from '../../errors/index.ts';
import type { TarEntry } from '../../oci/index.ts';
import type { ContentsLimits } from '../limits.ts';
import type { ImageProblem } from '../model.ts';
import { nameFromBytes } from '../name.ts';
import { componentsOf } from '../path.ts';
import { type DirectoryNode, directoryNode, type EntryPlace, type FileNode, type TreeNode } from './node.ts';
import { followDirectories, lookUp } from './walk.ts';

const prefix = '.wh.';
const opaqueName = '.wh..wh..opq';

/** Where an entry goes, seen when its header is read: a file's bytes come after. */
export type Place =
  | { readonly kind: 'done' }
  | { readonly kind: 'file'; readonly path: string; put(file: FileNode): void };

/**
 * What one layer says, applied entry by entry as containerd's overlay differ does: into an empty directory of its own, so
 * that symlinks in an entry's path are followed only where this layer made them; where a lower layer has the symlink, the
 * path stands in its place as a directory. (OCI image-spec 1.1, layer.md, "Applying Changesets", leaves this open.)
 * Within the layer the last entry of a name wins, and an entry wins over a whiteout of its name.
 */
export class LayerTree {
  readonly root: DirectoryNode = directoryNode(true);
  readonly problems: ImageProblem[] = [];
  readonly #limits: ContentsLimits;
  readonly #layer: number;

  constructor(layer: number, limits: ContentsLimits) {
    this.#layer = layer;
    this.#limits = limits;
  }

  /** @throws HoldfastError `tar-path`, `tar-link`, `tar-limit-depth`, `tar-limit-links` */
  place(entry: TarEntry, at: string): Place {
    const parts = componentsOf(entry.name, this.#limits.depth, at);
    const base = parts.at(-1);
    if (base === undefined) {
      if (entry.kind === 'directory') {
        this.root.entry = this.#at(entry);
        return { kind: 'done' };
      }
      throw new HoldfastError('tar-path', `a ${entry.kind} in place of the root`, { place: at });
    }
    const resolved = followDirectories(this.root, parts.slice(0, -1), this.#limits, at);
    if (base.startsWith(prefix) && this.#blocked(resolved)) {
      // umoci writes these where a directory became a file: the file hides what they would.
      this.#ambiguous(at, 'a whiteout below what is no directory');
      return { kind: 'done' };
    }
    const parent = this.#makeDirectories(resolved, at);
    if (base.startsWith(prefix)) {
      this.#whiteout(parent, base, at);
      return { kind: 'done' };
    }
    const path = `/${[...resolved, base].join('/')}`;
    if (entry.kind === 'file') return { kind: 'file', path, put: (file) => this.#put(parent, base, file, at) };
    const node =
      entry.kind === 'hard-link' ? this.#linked(entry, path, at) : this.#nodeOf(entry, parent.children.get(base), at);
    this.#put(parent, base, node, at);
    return { kind: 'done' };
  }

  #put(parent: DirectoryNode, base: string, node: TreeNode, at: string): void {
    // The specification hides the lower directory's content then, runtimes merge it: theirs is what runs.
    if (node.kind === 'directory' && parent.children.get(base)?.kind === 'whiteout') {
      this.#ambiguous(at, `${base} and a whiteout of it in one layer`);
    }
    parent.children.set(base, node);
  }

  /** Something that is no directory stands in the path. */
  #blocked(names: readonly string[]): boolean {
    let directory = this.root;
    for (const name of names) {
      const child = directory.children.get(name);
      if (child === undefined || child.kind === 'whiteout') return false;
      if (child.kind !== 'directory') return true;
      directory = child;
    }
    return false;
  }

  #makeDirectories(names: readonly string[], at: string): DirectoryNode {
    let directory = this.root;
    for (const name of names) {
      const child = directory.children.get(name);
      if (child?.kind === 'directory') {
        directory = child;
        continue;
      }
      if (child !== undefined && child.kind !== 'whiteout') {
        throw new HoldfastError('tar-path', `goes through ${name}, which is no directory`, { place: at });
      }
      const made = directoryNode(true);
      if (child?.kind === 'whiteout') {
        // No runtime unpacks this; the specification says the whiteout hides what lies below.
        this.#ambiguous(at, `${name} and a whiteout of it in one layer`);
        made.opaque = true;
      }
      directory.children.set(name, made);
      directory = made;
    }
    return directory;
  }

  #whiteout(parent: DirectoryNode, base: string, at: string): void {
    if (base === opaqueName) {
      // The kernel looks for the mark in directories below a layer's root, and never at the root.
      if (parent === this.root) this.#ambiguous(at, 'an opaque mark in the root');
      else parent.opaque = true;
      return;
    }
    const hidden = base.slice(prefix.length);
    // AUFS kept its own books under names that begin with the prefix twice.
    if (hidden.startsWith(prefix)) return;
    if (hidden === '' || hidden === '.' || hidden === '..')
      throw new HoldfastError('tar-path', 'a whiteout of no name', { place: at });
    if (parent.children.has(hidden)) this.#ambiguous(at, `${hidden} and a whiteout of it in one layer`);
    else parent.children.set(hidden, { kind: 'whiteout' });
  }

  #nodeOf(entry: TarEntry, present: TreeNode | undefined, at: string): TreeNode {
    switch (entry.kind) {
      case 'directory':
        if (present?.kind !== 'directory') return directoryNode(false, this.#at(entry));
        present.implied = false;
        present.entry = this.#at(entry);
        return present;
      case 'symlink':
        return { kind: 'link', target: this.#target(entry, at), ...this.#at(entry) };
      case 'character-device':
        // Overlayfs keeps its own whiteouts as device 0/0, so this is one to it.
        return entry.device.major === 0 && entry.device.minor === 0
          ? { kind: 'whiteout' }
          : { kind: 'other', ...this.#at(entry) };
      default:
        return { kind: 'other', ...this.#at(entry) };
    }
  }

  #at({ ordinal }: TarEntry): EntryPlace {
    return { layer: this.#layer, ordinal };
  }

  #target(entry: TarEntry, at: string): string {
    if (entry.linkName.length === 0 || entry.linkName.includes(0)) {
      throw new HoldfastError('tar-path', 'a symlink without a target, or with NUL in it', { place: at });
    }
    return nameFromBytes(entry.linkName);
  }

  #linked(entry: TarEntry, path: string, at: string): TreeNode {
    const parts = componentsOf(entry.linkName, this.#limits.depth, at);
    const base = parts.at(-1);
    if (base === undefined) throw new HoldfastError('tar-link', 'a hard link to the root', { place: at });
    const target = [...followDirectories(this.root, parts.slice(0, -1), this.#limits, at), base];
    if (`/${target.join('/')}` === path) throw new HoldfastError('tar-link', 'a hard link to itself', { place: at });
    const node = lookUp(this.root, target);
    if (node === undefined) return { kind: 'elsewhere', target, place: at };
    if (node.kind === 'directory' || node.kind === 'whiteout') {
      throw new HoldfastError('tar-link', `a hard link to a ${node.kind}`, { place: at });
    }
    return node;
  }

  #ambiguous(place: string, message: string): void {
    // Enough to tell people; a hostile layer must not fill the memory with them.
    if (this.problems.length < 100)
      this.problems.push({ place, code: 'layer-ambiguous', message: `${message}: runtimes differ` });
  }
}
