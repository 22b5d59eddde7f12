import { chmodSync, closeSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '#src/kernel/clock.ts';
import {
  type Change,
  type Collection,
  CommitConflict,
  type PatchResult,
  type Store,
  type StoredDocument,
  StoreUnavailable,
  sweptAfterMs,
  type Write,
} from '#src/kernel/store.ts';
import { applyChange, meets } from '../patch-document.ts';
import { GroupCommit } from './group-commit.ts';
import { ReadSnapshot } from './read-snapshot.ts';
import { Table } from './table.ts';

export interface SqliteOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  readonly collections: readonly Collection<never, string>[];
}

/** The layout of the file; a later version that changes it adds a migration and raises this. */
const layoutVersion = 1;

const pragmas =
  'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -32768; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864';

/** A file that an earlier version left readable by others becomes its owner's alone. */
function keepPrivate(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    if (((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0) chmodSync(file, 0o600);
}

function open(path: string): DatabaseSync {
  const isFile = path !== ':memory:';
  try {
    // made here, because SQLite would let others read it; what it puts beside gets the same mode
    if (isFile) closeSync(openSync(path, 'a', 0o600));
    const db = new DatabaseSync(path, { timeout: 5000 });
    db.exec(pragmas);
    if (isFile) keepPrivate(path);
    return db;
  } catch (cause) {
    throw new StoreUnavailable(`the store ${path} cannot be opened: ${(cause as Error).message}`, { cause });
  }
}

function prepare(path: string): DatabaseSync {
  const db = open(path);
  const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (found > layoutVersion) {
    db.close();
    throw new StoreUnavailable(
      `the file ${path} was written by a newer version (layout ${found}, this version knows ${layoutVersion})`,
    );
  }
  if (found < layoutVersion) db.exec(`PRAGMA user_version = ${layoutVersion}`);
  return db;
}

/**
 * The store on one SQLite file: nothing to install, one server process, command-line tools may join. Reads are synchronous underneath
 * and see every write that was acknowledged; writes go through `GroupCommit`.
 */
class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #clock: Clock;
  readonly #snapshot: ReadSnapshot;
  readonly #writes: GroupCommit;
  readonly #tables: ReadonlyMap<string, Table>;
  #open = true;

  constructor({ path, clock, collections }: SqliteOptions) {
    this.#db = prepare(path);
    this.#clock = clock;
    this.#snapshot = new ReadSnapshot(this.#db, () => this.#forget());
    this.#writes = new GroupCommit(this.#db, this.#snapshot, () => this.#forget());
    this.#tables = new Map(
      collections.map((declared) => [
        declared.name,
        new Table(this.#db, declared as unknown as Collection<StoredDocument, string>),
      ]),
    );
  }

  #table({ name }: { readonly name: string }): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new TypeError(`undeclared collection: ${name}`);
    return table;
  }

  #forget(): void {
    for (const table of this.#tables.values()) table.forget();
  }

  async #read<Result>(read: (now: number) => Result): Promise<Result> {
    if (!this.#open) throw new StoreUnavailable('the store is closed');
    try {
      this.#snapshot.open();
      return read(this.#clock.now());
    } catch (cause) {
      if (cause instanceof TypeError || cause instanceof SyntaxError) throw cause;
      throw new StoreUnavailable('the store could not read', { cause });
    }
  }

  get<Doc extends StoredDocument>(from: Collection<Doc, string>, id: string): Promise<Doc | undefined> {
    return this.#read((now) => this.#table(from).get(id, now) as Doc | undefined);
  }

  getMany<Doc extends StoredDocument>(from: Collection<Doc, string>, ids: readonly string[]): Promise<Doc[]> {
    return this.#read(
      (now) => ids.map((id) => this.#table(from).get(id, now)).filter((found) => found !== undefined) as unknown as Doc[],
    );
  }

  find<Doc extends StoredDocument, Index extends string>(
    from: Collection<Doc, Index>,
    index: NoInfer<Index>,
    value: string,
    page: { after?: string; limit: number } = { limit: 1000 },
  ): Promise<Doc[]> {
    return this.#read((now) => this.#table(from).find(index, value, page, now) as unknown as Doc[]);
  }

  scan<Doc extends StoredDocument>(from: Collection<Doc, string>, page: { after?: string; limit: number }): Promise<Doc[]> {
    return this.#read((now) => this.#table(from).scan(page, now) as unknown as Doc[]);
  }

  insert<Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Promise<boolean> {
    return this.#writes.run(into.durability, () => this.#insert(this.#table(into), document));
  }

  insertMany<Doc extends StoredDocument>(into: Collection<Doc, string>, documents: readonly NoInfer<Doc>[]): Promise<string[]> {
    return this.#writes.run(into.durability, () => {
      const table = this.#table(into);
      const now = this.#clock.now();
      // in the order of the key's index: neighbours share its pages
      const inOrder = documents.toSorted((one, other) => (one.id < other.id ? -1 : 1));
      return inOrder.filter((document) => !table.insertNew(document, now)).map(({ id }) => id);
    });
  }

  upsert<Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Promise<void> {
    return this.#writes.run(into.durability, () => this.#table(into).put(document));
  }

  patch<Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    id: string,
    expect: object,
    change: Change<NoInfer<Doc>>,
  ): Promise<PatchResult<Doc>> {
    return this.#writes.run(
      into.durability,
      () => this.#patch(this.#table(into), id, expect, change as Change<StoredDocument>) as PatchResult<Doc>,
    );
  }

  async amend<Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    id: string,
    expect: object,
    change: Change<NoInfer<Doc>>,
  ): Promise<boolean> {
    return (await this.patch(into, id, expect, change)).outcome === 'patched';
  }

  remove<Doc extends StoredDocument>(from: Collection<Doc, string>, id: string): Promise<boolean> {
    return this.#writes.run(from.durability, () => this.#remove(this.#table(from), id));
  }

  commit(writes: readonly Write[]): Promise<void> {
    const durability = writes.some(({ collection }) => collection.durability === 'flushed') ? 'flushed' : 'buffered';
    return this.#writes.run(
      durability,
      () => {
        for (const one of writes) this.#apply(one);
      },
      true,
    );
  }

  async sweep(limit: number): Promise<number> {
    let swept = 0;
    for (const table of this.#tables.values()) {
      if (table.collection.lifetime !== 'expires') continue;
      const dead = (): string[] => table.expired(this.#clock.now() - sweptAfterMs, limit);
      if ((await this.#read(dead)).length === 0) continue;
      // looked for again where it is deleted: what was written anew in between stays
      swept += await this.#writes.run('buffered', () => {
        const ids = dead();
        for (const id of ids) table.delete(id);
        return ids.length;
      });
    }
    return swept;
  }

  /** Writes what is there already: a transaction that changes nothing succeeds on a full disk too. */
  async ping(): Promise<void> {
    await this.#writes.run('buffered', () => {
      const { user_version: version } = this.#db.prepare('PRAGMA user_version').get() as { user_version: number };
      this.#db.exec(`PRAGMA user_version = ${version}`);
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#writes.close();
    this.#open = false;
    this.#snapshot.end();
    this.#db.close();
  }

  #insert(table: Table, document: StoredDocument): boolean {
    if (table.get(document.id, this.#clock.now()) !== undefined) return false;
    table.put(document);
    return true;
  }

  #patch(table: Table, id: string, expect: object, change: Change<StoredDocument>): PatchResult<StoredDocument> {
    const document = table.get(id, this.#clock.now());
    if (document === undefined) return { outcome: 'missing' };
    if (!meets(document, expect)) return { outcome: 'conflict', document };
    const changed = applyChange(document, change);
    table.put(changed);
    return { outcome: 'patched', document: changed };
  }

  #remove(table: Table, id: string): boolean {
    const isThere = table.get(id, this.#clock.now()) !== undefined;
    table.delete(id);
    return isThere;
  }

  #apply(one: Write): void {
    const table = this.#table(one.collection);
    if (one.kind === 'upsert') table.put(one.document);
    else if (one.kind === 'remove') this.#remove(table, one.id);
    else if (one.kind === 'insert') {
      if (!this.#insert(table, one.document)) throw new CommitConflict(one.collection.name, one.document.id);
    } else if (this.#patch(table, one.id, one.expect, one.change as Change<StoredDocument>).outcome !== 'patched')
      throw new CommitConflict(one.collection.name, one.id);
  }
}

/** Opens or creates the file. @throws {StoreUnavailable} for a file of a newer version */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  return new SqliteStore(options);
}
