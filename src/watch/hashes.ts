import type { FileHashEvent, FileVersion } from '../sensor/index.ts';
import type { Content, MissingHash } from './model.ts';

/** Versions remembered; more than the sensor remembers, since it sends each only once. */
const versionsMax = 32_768;
const waitersMax = 8192;
/** Longer than the sensor's own limit on one file. */
const waitMillis = 15_000;

type Waiter = { readonly file: FileVersion; readonly until: number; readonly give: (content: Content) => void };
type Known = { readonly version: FileVersion; readonly content: Content };

function inode(file: FileVersion): string {
  return `${file.dev}:${file.ino}`;
}

/** The same version of the same file, as far as both sides know its numbers. */
export function sameFile(a: FileVersion, b: FileVersion): boolean {
  return a.dev === b.dev && a.ino === b.ino && same(a, b);
}

function same(a: FileVersion, b: FileVersion): boolean {
  return (a.noGen || b.noGen || a.gen === b.gen) && (a.noCtime || b.noCtime || a.ctime === b.ctime);
}

/** Joins what was used with the hash of its bytes, whichever frame comes first. */
export class HashBook {
  private readonly known = new Map<string, Known[]>();
  private readonly waiting = new Map<string, Waiter[]>();
  private waiters = 0;

  /** Calls `give` once: at once when the content is known, else when it comes, or as unknown after a bounded wait. */
  ask(file: FileVersion, now: number, give: (content: Content) => void): void {
    const found = this.find(file);
    if (found !== undefined) {
      give(found);
      return;
    }
    if (this.waiters >= waitersMax) {
      give({ known: false, reason: 'hash-late' });
      return;
    }
    const key = inode(file);
    const list = this.waiting.get(key) ?? [];
    list.push({ file, until: now + waitMillis, give });
    this.waiting.set(key, list);
    this.waiters++;
  }

  deliver(event: FileHashEvent): void {
    const content: Content =
      event.sha256 === undefined
        ? { known: false, reason: reasonOf(event) }
        : { known: true, sha256: event.sha256, size: event.size };
    // A full queue is asked again at the next sight; what came of this version is not remembered.
    if (event.status !== 'backlog') this.remember(event.file, content);
    const key = inode(event.file);
    const list = this.waiting.get(key);
    if (list === undefined) return;
    const rest = list.filter((waiter) => !same(waiter.file, event.file));
    this.keep(key, rest, list.length);
    for (const waiter of list) if (same(waiter.file, event.file)) waiter.give(content);
  }

  /** Gives up on what has waited too long. */
  expire(now: number): void {
    for (const [key, list] of this.waiting) {
      const late = list.filter((waiter) => waiter.until <= now);
      if (late.length === 0) continue;
      this.keep(
        key,
        list.filter((waiter) => waiter.until > now),
        list.length,
      );
      for (const waiter of late) waiter.give({ known: false, reason: 'hash-late' });
    }
  }

  /** How many sights wait for their hash. */
  get pending(): number {
    return this.waiters;
  }

  private keep(key: string, rest: Waiter[], before: number): void {
    this.waiters -= before - rest.length;
    if (rest.length === 0) this.waiting.delete(key);
    else this.waiting.set(key, rest);
  }

  private find(file: FileVersion): Content | undefined {
    // The newest first: what matches on the inode alone is the newest.
    return this.known.get(inode(file))?.find((known) => same(known.version, file))?.content;
  }

  private remember(version: FileVersion, content: Content): void {
    const key = inode(version);
    const before = (this.known.get(key) ?? []).filter((known) => !same(known.version, version)).slice(0, 3);
    this.known.delete(key);
    this.known.set(key, [{ version, content }, ...before]);
    if (this.known.size > versionsMax) {
      const oldest = this.known.keys().next();
      if (oldest.done !== true) this.known.delete(oldest.value);
    }
  }
}

function reasonOf(event: FileHashEvent): MissingHash {
  switch (event.status) {
    case 'too-big':
      return 'hash-too-big';
    case 'too-slow':
      return 'hash-too-slow';
    case 'gone':
      return 'hash-gone';
    case 'changing':
      return 'hash-changing';
    case 'backlog':
      return 'hash-backlog';
    case 'error':
    case 'ok':
      return 'hash-error';
  }
}
