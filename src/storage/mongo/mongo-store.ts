import type { Clock } from '#src/kernel/clock.ts';
import {
  type Change,
  type Collection,
  type Page,
  type PatchResult,
  type Store,
  type StoredDocument,
  StoreUnavailable,
  sweptAfterMs,
  type Write,
} from '#src/kernel/store.ts';
import { Attempts } from './attempts.ts';
import type { MongoConnection } from './connection.ts';
import { Documents } from './documents.ts';
import { inTransaction, longestTransactionMs } from './transaction.ts';
import { writeAlone, writeInTransaction } from './write.ts';

export interface MongoOptions {
  readonly connection: MongoConnection;
  readonly clock: Clock;
  readonly collections: readonly Collection<never, string>[];
}

const pingWithinMs = 3000;
/** What the way there and back may take more. */
const pingAnsweredMs = pingWithinMs + 1000;

/**
 * The store on a MongoDB replica set or sharded cluster: any number of processes. Collections and indexes are made by
 * `senid indexes apply`, never here. Everything is asked of the primary, and every write is a majority's.
 */
class MongoStore implements Store {
  readonly #connection: MongoConnection;
  readonly #clock: Clock;
  readonly #attempts = new Attempts();
  readonly #collections: ReadonlyMap<string, Documents>;
  #open = true;

  constructor({ connection, clock, collections }: MongoOptions) {
    this.#connection = connection;
    this.#clock = clock;
    this.#collections = new Map(
      collections.map((declared) => [
        declared.name,
        new Documents(connection.database, declared as unknown as Collection<StoredDocument, string>, this.#attempts),
      ]),
    );
  }

  #in({ name }: { readonly name: string }): Documents {
    if (!this.#open) throw new StoreUnavailable('the store is closed');
    const documents = this.#collections.get(name);
    if (documents === undefined) throw new TypeError(`undeclared collection: ${name}`);
    return documents;
  }

  async get<Doc extends StoredDocument>(from: Collection<Doc, string>, id: string): Promise<Doc | undefined> {
    return this.#in(from).get(id, this.#clock.now()) as Promise<Doc | undefined>;
  }

  async getMany<Doc extends StoredDocument>(from: Collection<Doc, string>, ids: readonly string[]): Promise<Doc[]> {
    return this.#in(from).getMany(ids, this.#clock.now()) as Promise<StoredDocument[]> as Promise<Doc[]>;
  }

  async find<Doc extends StoredDocument, Index extends string>(
    from: Collection<Doc, Index>,
    index: NoInfer<Index>,
    value: string,
    page: Page = { limit: 1000 },
  ): Promise<Doc[]> {
    return this.#in(from).find(index, value, page, this.#clock.now()) as Promise<StoredDocument[]> as Promise<Doc[]>;
  }

  async scan<Doc extends StoredDocument>(from: Collection<Doc, string>, page: Page): Promise<Doc[]> {
    return this.#in(from).scan(page, this.#clock.now()) as Promise<StoredDocument[]> as Promise<Doc[]>;
  }

  async insert<Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Promise<boolean> {
    return this.#in(into).insert(document, this.#clock.now());
  }

  async insertMany<Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    documents: readonly NoInfer<Doc>[],
  ): Promise<string[]> {
    return this.#in(into).insertMany(documents, this.#clock.now());
  }

  async upsert<Doc extends StoredDocument>(into: Collection<Doc, string>, document: NoInfer<Doc>): Promise<void> {
    return this.#in(into).upsert(document);
  }

  async patch<Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    id: string,
    expect: object,
    change: Change<NoInfer<Doc>>,
  ): Promise<PatchResult<Doc>> {
    const result = await this.#in(into).patch(id, expect, change as Change<StoredDocument>, this.#clock.now());
    return result as unknown as PatchResult<Doc>;
  }

  async amend<Doc extends StoredDocument>(
    into: Collection<Doc, string>,
    id: string,
    expect: object,
    change: Change<NoInfer<Doc>>,
  ): Promise<boolean> {
    return this.#in(into).amend(id, expect, change as Change<StoredDocument>, this.#clock.now());
  }

  async remove<Doc extends StoredDocument>(from: Collection<Doc, string>, id: string): Promise<boolean> {
    return this.#in(from).remove(id, this.#clock.now());
  }

  /** One write is one operation; several are a transaction, of one round trip each and one to commit. */
  async commit(writes: readonly Write[]): Promise<void> {
    const steps = writes.map((write) => ({ write, into: this.#in(write.collection) }));
    const [only] = steps;
    if (only === undefined) return;
    if (steps.length === 1) return writeAlone(only.into, only.write, this.#clock.now());
    const work = (): Promise<void> =>
      inTransaction(this.#connection.client, async (session) => {
        const now = this.#clock.now();
        for (const { into, write } of steps) await writeInTransaction(into, write, now, session);
      });
    await this.#attempts.probing(work, longestTransactionMs);
  }

  async sweep(limit: number): Promise<number> {
    let swept = 0;
    for (const { declared } of this.#collections.values()) {
      if (declared.lifetime === 'expires') swept += await this.#in(declared).sweep(limit, this.#clock.now() - sweptAfterMs);
    }
    return swept;
  }

  /** A linearizable read: the primary answers only after a majority has confirmed that it still is one, by writing. */
  async ping(): Promise<void> {
    const [any] = this.#collections.keys();
    if (!this.#open) throw new StoreUnavailable('the store is closed');
    const command = { find: any, filter: { _id: '' }, limit: 1, readConcern: { level: 'linearizable' }, maxTimeMS: pingWithinMs };
    await this.#attempts.probing(() => this.#connection.database.command(command), pingAnsweredMs);
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#connection.close();
  }
}

/** The store over a connection, which it closes with itself. */
export function createMongoStore(options: MongoOptions): Store {
  return new MongoStore(options);
}
