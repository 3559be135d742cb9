/**
 * The one store. What it costs, by `node bench/ledger.ts` on two cores and a fast disk: a group of appends is one
 * transaction and one fsync, however many wait in it: 3,000 appends a second one at a time (0.3 ms each, plus the
 * linger), 30,000 a second together; 0.4 to 0.6 KB of file for a small entry (200 bytes of body, one subject, one
 * workload). The commit runs on the caller's thread: a group of at most 512 entries holds up its event loop, about
 * 20 ms when it is full.
 */
import { HoldfastError } from '../errors/index.ts';
import type { Digest } from '../oci/index.ts';
import { AppendQueue } from './append-queue.ts';
import { prepareBlob, readBlob } from './blobs.ts';
import { checkLedger } from './check.ts';
import { ledgerFile, machineStandIn, openForQueries, openForReading, openForWriting } from './database.ts';
import { prepareDirectory } from './directory.ts';
import { type FactTables, factTables } from './fact-tables.ts';
import { Facts, requireFacts } from './facts.ts';
import { names, type Producer } from './group.ts';
import { readHost } from './host.ts';
import { lockForWriting, type WriterLock } from './lock.ts';
import type {
  Appended,
  AppendOptions,
  CheckReport,
  Entry,
  EntryFilter,
  FactSet,
  Host,
  Ledger,
  NewEntry,
  Row,
  SqlValue,
} from './model.ts';
import { bounds, prepareEntry } from './prepare.ts';
import { queryRows } from './query.ts';
import { readEntries } from './read.ts';
import { ledgerError } from './sqlite-error.ts';
import { Statements } from './statements.ts';

export type OpenOptions = ReadOptions | WriteOptions;

export interface ReadOptions {
  readonly mode: 'read';
  /** As `storeDirectory` gives it. */
  readonly directory: string;
  /** Those whose tables the caller queries: stale ones are refused. */
  readonly factSets?: readonly FactSet[];
}

export interface WriteOptions {
  readonly mode: 'write';
  readonly directory: string;
  readonly factSets?: readonly FactSet[];
  /** Which part of Holdfast says what is appended, such as `watch`. Part of the producer's name. */
  readonly component: string;
  /** How long the first append of a group waits for others, in milliseconds; 5 unless said. */
  readonly lingerMilliseconds?: number;
}

/**
 * Opens the ledger. Writing makes the directory and the file where they are missing, migrates, and brings the facts
 * up; reading changes nothing and works beside the writer.
 *
 * @throws HoldfastError `store-unsafe`, `store-unwritable`, `ledger-absent`, `ledger-locked`, `ledger-newer`,
 *   `ledger-older`, `ledger-foreign`, `ledger-corrupt`, `ledger-full`, `ledger-io`, `facts-failed`, `facts-stale`
 */
export function openLedger(options: OpenOptions): Ledger {
  return new SqliteLedger(options);
}

interface Writing {
  readonly lock: WriterLock;
  readonly statements: Statements;
  readonly facts: Facts;
  readonly queue: AppendQueue;
}

class SqliteLedger implements Ledger {
  readonly directory: string;
  readonly mode: 'write' | 'read';
  readonly host: Host;
  readonly #component: string;
  readonly #place: string;
  readonly #facts: readonly FactTables[];
  readonly #writing: Writing | undefined;
  readonly #reading: Statements;
  readonly #queries: Statements;
  #closed = false;

  constructor(options: OpenOptions) {
    this.directory = options.directory;
    this.mode = options.mode;
    this.#place = ledgerFile(options.directory);
    this.#component = options.mode === 'write' ? checkedComponent(options.component) : '';
    this.#facts = factTables(options.factSets ?? []);
    const undo: (() => void)[] = [];
    try {
      this.#writing = options.mode === 'write' ? this.#openWriting(options, undo) : undefined;
      this.#reading = new Statements(openForReading(this.directory));
      undo.push(() => this.#reading.database.close());
      if (options.mode === 'read') requireFacts(this.#reading, this.#place, this.#facts);
      this.#queries = new Statements(openForQueries(this.directory));
      undo.push(() => this.#queries.database.close());
      this.host = readHost(machineStandIn(this.#reading.database));
    } catch (cause) {
      for (const step of undo.toReversed()) step();
      throw ledgerError(cause, this.#place);
    }
  }

  #openWriting(options: WriteOptions, undo: (() => void)[]): Writing {
    prepareDirectory(this.directory);
    const lock = lockForWriting(this.directory);
    undo.push(() => lock.release());
    const statements = new Statements(openForWriting(this.directory));
    undo.push(() => statements.database.close());
    const facts = new Facts(statements, this.#place, this.#facts);
    facts.bringUp();
    const queue = new AppendQueue(statements, facts, this.#place, options.lingerMilliseconds ?? 5);
    return { lock, statements, facts, queue };
  }

  async append(entries: readonly NewEntry[], options: AppendOptions = {}): Promise<Appended> {
    const { queue } = this.#writer();
    if (entries.length === 0 || entries.length > bounds.entriesPerAppend) {
      throw new HoldfastError('entry-too-large', `an append is of 1 to ${bounds.entriesPerAppend} entries`);
    }
    const prepared = entries.map((entry, at) => prepareEntry(entry, `entry ${at} of the append`));
    const blobs = (options.blobs ?? []).map((bytes, at) => prepareBlob(bytes, `blob ${at} of the append`));
    for (const { digest } of blobs) {
      if (!prepared.some((entry) => names(entry, digest))) {
        throw new HoldfastError('entry-malformed', 'no entry of the append names this blob', { place: digest });
      }
    }
    return queue.add({ producer: this.#producer(options.component), entries: prepared, blobs });
  }

  read(filter?: EntryFilter): Generator<Entry, void, undefined> {
    return readEntries(this.#reader(), this.#place, filter);
  }

  blob(digest: Digest): Uint8Array | undefined {
    return this.#attempt(() => readBlob(this.#reader(), digest));
  }

  query(sql: string, parameters?: readonly SqlValue[]): readonly Row[] {
    this.#reader();
    return queryRows(this.#queries, this.#place, sql, parameters);
  }

  rebuildFacts(): void {
    const { facts } = this.#writer();
    this.#attempt(() => facts.bringUp(true));
  }

  check(): CheckReport {
    return this.#attempt(() => checkLedger(this.#reader(), this.#place, this.#facts));
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing?.queue.settled();
    this.#queries.database.close();
    this.#reading.database.close();
    this.#writing?.statements.database.close();
    this.#writing?.lock.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #producer(component = this.#component): Producer {
    // Nothing signs entries yet: the key id says so.
    const keyId = 'none';
    const host = this.host.id;
    return { name: `${host}/${checkedComponent(component)}/${keyId}`, host, component, keyId };
  }

  #writer(): Writing {
    this.#reader();
    if (this.#writing === undefined) throw new HoldfastError('ledger-read-only', 'opened for reading');
    return this.#writing;
  }

  #reader(): Statements {
    if (this.#closed) throw new HoldfastError('ledger-closed', 'the ledger is closed');
    return this.#reading;
  }

  #attempt<T>(action: () => T): T {
    try {
      return action();
    } catch (cause) {
      throw ledgerError(cause, this.#place);
    }
  }
}

function checkedComponent(component: string): string {
  if (/^[a-z][a-z0-9-]{0,63}$/.test(component)) return component;
  throw new HoldfastError('entry-malformed', `component ${JSON.stringify(component)} is not lower-case words`);
}
