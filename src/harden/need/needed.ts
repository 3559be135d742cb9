import { resolvePath } from '../../contents/index.ts';
import { type Picture, parentOf } from '../picture.ts';
import type { Reason } from './reason.ts';

/**
 * What has to stay, and for each the first reason. It grows: whoever keeps a path keeps the symlinks on the way to it as
 * well, and each regular file that is new comes out of `next` once, for its own needs to be looked at.
 */
export class Needed {
  readonly reasons = new Map<string, Reason>();
  readonly #picture: Picture;
  readonly #refused: (path: string) => boolean;
  readonly #queue: string[] = [];
  #taken = 0;

  /** @param refused what may not stay, whatever needs it */
  constructor(picture: Picture, refused: (path: string) => boolean = () => false) {
    this.#picture = picture;
    this.#refused = refused;
  }

  has(path: string): boolean {
    return this.reasons.has(path);
  }

  /**
   * Keeps what a path leads to. What is not there, or goes in a circle, keeps nothing but the links on the way.
   * @returns the real path of what is kept
   */
  keep(path: string, reason: Reason): string | undefined {
    const real = resolvePath(this.#picture.links, path, {
      last: 'follow',
      passed: (link, isLast) => this.#add(link, isLast ? reason : { why: 'link', of: path }),
    });
    if (real === undefined) return undefined;
    return this.#add(real, reason) ? real : undefined;
  }

  /** Regular files kept since, one by one, those kept first before others: programs before what they load. */
  next(): string | undefined {
    const path = this.#queue[this.#taken];
    if (path !== undefined) this.#taken++;
    return path;
  }

  /** @returns whether it is there and stays */
  #add(path: string, reason: Reason): boolean {
    const { files, links, directories, others } = this.#picture;
    const isFile = files.has(path);
    if (!isFile && !links.has(path) && !directories.has(path) && !others.has(path)) return false;
    if (this.#refused(path)) return false;
    if (this.reasons.has(path)) return true;
    this.reasons.set(path, reason);
    if (isFile) this.#queue.push(path);
    for (let above = parentOf(path); !this.reasons.has(above); above = parentOf(above)) {
      this.reasons.set(above, { why: 'parent', of: path });
      if (above === '/') break;
    }
    return true;
  }
}
