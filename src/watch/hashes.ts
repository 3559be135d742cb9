import type { FileHashEvent, FileVersion } from '../sensor/index.ts';
import type { Content, MissingHash } from './model.ts';

/** Versions remembered; more than the sensor remembers, since it sends each only once. */
const versionsMax = 32_768;
const waitersMax = 8192;
/** Longer than the sensor's own limit on one file. */
const waitMillis = 15_000;

/** A version that could not be read waits so long for the hash of a later one. */
const laterMillis = 2000;

type Waiter = {
  readonly file: FileVersion;
  readonly until: number;
  readonly give: (content: Content) => void;
  /** Why its own version has no hash; only a later one's can come. */
  readonly lost?: MissingHash;
};
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

/** The same file, surely, in a version that came after. */
function isLater(one: FileVersion, than: FileVersion): boolean {
  const inodes = one.dev === than.dev && one.ino === than.ino && one.gen === than.gen;
  return inodes && !one.noGen && !than.noGen && !one.noCtime && !than.noCtime && one.ctime > than.ctime;
}

/** Whether a later version of the file can stand in. */
function wasOvertaken(reason: MissingHash): boolean {
  return reason === 'hash-changing' || reason === 'hash-gone' || reason === 'hash-backlog';
}

/**
 * Joins what was used with the hash of its bytes, whichever frame comes first. A program that is unlinked as soon as it
 * runs is another version by then; the bytes of that one are given as `later`.
 */
export class HashBook {
  private readonly known = new Map<string, Known[]>();
  private readonly waiting = new Map<string, Waiter[]>();
  private waiters = 0;

  /** Calls `give` once: at once when the content is known, else when it comes, or as unknown after a bounded wait. */
  ask(file: FileVersion, now: number, give: (content: Content) => void): void {
    const found = this.find(file) ?? this.findLater(file);
    if (found?.known === true) {
      give(found);
      return;
    }
    if (found !== undefined && !wasOvertaken(found.reason)) {
      give(found);
      return;
    }
    if (this.waiters >= waitersMax) {
      give({ known: false, reason: 'hash-late' });
      return;
    }
    const key = inode(file);
    const list = this.waiting.get(key) ?? [];
    const wait = found === undefined ? { until: now + waitMillis } : { until: now + laterMillis, lost: found.reason };
    list.push({ file, give, ...wait });
    this.waiting.set(key, list);
    this.waiters++;
  }

  deliver(event: FileHashEvent, now: number): void {
    const content: Content =
      event.sha256 === undefined
        ? { known: false, reason: reasonOf(event) }
        : { known: true, sha256: event.sha256, size: event.size };
    // A full queue is asked again at the next sight; what came of this version is not remembered.
    if (event.status !== 'backlog') this.remember(event.file, content);
    const key = inode(event.file);
    const list = this.waiting.get(key);
    if (list === undefined) return;
    const rest: Waiter[] = [];
    const answers: (() => void)[] = [];
    for (const waiter of list) {
      const answer = same(waiter.file, event.file) ? content : laterOf(content, event.file, waiter);
      if (answer === undefined) rest.push(waiter);
      else if (answer.known || !wasOvertaken(answer.reason)) answers.push(() => waiter.give(answer));
      else {
        const later = this.findLater(waiter.file);
        if (later !== undefined) answers.push(() => waiter.give(later));
        else rest.push({ ...waiter, until: Math.min(waiter.until, now + laterMillis), lost: answer.reason });
      }
    }
    this.keep(key, rest, list.length);
    for (const answer of answers) answer();
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
      for (const waiter of late) waiter.give({ known: false, reason: waiter.lost ?? 'hash-late' });
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

  /** The bytes of a later version, where this one has none and such are known. */
  private findLater(file: FileVersion): Content | undefined {
    const known = this.known.get(inode(file)) ?? [];
    if (known.some(({ version, content }) => content.known && same(version, file))) return undefined;
    const later = known.findLast(({ version, content }) => content.known && isLater(version, file));
    return later?.content.known === true ? { ...later.content, later: true } : undefined;
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

function laterOf(content: Content, version: FileVersion, waiter: Waiter): Content | undefined {
  if (!content.known || waiter.lost === undefined || !isLater(version, waiter.file)) return undefined;
  return { ...content, later: true };
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
