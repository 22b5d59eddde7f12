import type { mongo } from 'mongoose';
import type { Change, Collection, IndexOf, Page, PatchResult, StoredDocument } from '#src/kernel/store.ts';
import type { Attempts } from './attempts.ts';
import { acknowledged } from './connection.ts';
import { duplicatesOf } from './faults.ts';
import { everything, type Filter, indexed, oneOf } from './filters.ts';
import {
  amendment,
  type GroupedWrite,
  groupedWrites,
  insertion,
  isGroupable,
  putOverExpired,
  replacement,
} from './grouped-writes.ts';
import { inGroups } from './grouping.ts';
import { declaredIndex } from './indexes.ts';
import { fromStored, isLive, type Stored, toStored } from './stored-document.ts';
import { updateOf } from './update-of-change.ts';

const byId = { _id: 1 } as const;

const longestSweepMs = 20_000;

interface PageOptions {
  readonly sort?: typeof byId;
  readonly projection?: typeof byId;
  readonly hint?: string;
}

/** The answer to a `find` command; `id` is 0 when it is complete. */
interface Found {
  readonly cursor: { readonly id: number; readonly firstBatch: readonly Stored[] };
}

/**
 * One collection on the driver itself: no schema, no hydrated documents. Reads are sent as bare `find` commands, which take a third
 * less CPU here than the driver's cursors; writes go through the driver, which numbers and retries them.
 */
export class Documents {
  readonly declared: Collection<StoredDocument, string>;
  readonly collection: mongo.Collection<Stored>;
  readonly #database: mongo.Db;
  readonly #attempts: Attempts;
  readonly #insert: (write: GroupedWrite) => Promise<boolean>;
  readonly #write: (write: GroupedWrite) => Promise<boolean>;
  readonly #get: (id: string) => Promise<Stored | undefined>;

  constructor(database: mongo.Db, declared: Collection<StoredDocument, string>, attempts: Attempts) {
    this.declared = declared;
    this.#database = database;
    this.#attempts = attempts;
    this.collection = database.collection<Stored>(declared.name, { writeConcern: acknowledged });
    // apart: a bulk write of both kinds would be two commands, one after the other
    this.#insert = groupedWrites(this.collection);
    this.#write = groupedWrites(this.collection);
    this.#get = inGroups<string, Stored | undefined>(
      (id) => id,
      async (ids) => {
        const found = await this.#page({ _id: ids.length === 1 ? ids[0] : { $in: ids } }, ids.length);
        const byId = new Map(found.map((stored) => [stored._id, stored]));
        return ids.map((id) => ({ answer: byId.get(id) }));
      },
    );
  }

  async get(id: string, now: number): Promise<StoredDocument | undefined> {
    const stored = await this.#get(id);
    return stored !== undefined && isLive(stored, now) ? fromStored(stored) : undefined;
  }

  async getMany(ids: readonly string[], now: number): Promise<StoredDocument[]> {
    if (ids.length === 0) return [];
    const found = await this.#page({ _id: { $in: [...new Set(ids)] } }, ids.length);
    const byId = new Map(found.filter((stored) => isLive(stored, now)).map((stored) => [stored._id, stored]));
    return ids
      .map((id) => byId.get(id))
      .filter((stored) => stored !== undefined)
      .map(fromStored);
  }

  async find(index: string, value: string, page: Page, now: number): Promise<StoredDocument[]> {
    const declared = (this.declared.indexes as Record<string, IndexOf<StoredDocument>>)[index];
    if (declared === undefined) throw new TypeError(`${this.declared.name} has no index ${index}`);
    // named, because the planner may take the index of ids for a value that many have, and keep to it for one that few have
    const hint = declaredIndex(index, declared).name;
    return (await this.#page(indexed(this.declared, declared, value, page, now), page.limit, { sort: byId, hint })).map(fromStored);
  }

  async scan(page: Page, now: number): Promise<StoredDocument[]> {
    return (await this.#page(everything(this.declared, page, now), page.limit, { sort: byId })).map(fromStored);
  }

  insert(document: StoredDocument, now: number): Promise<boolean> {
    return this.#attempts.writing(() => this.#insert(insertion(this.collection, toStored(document), now)));
  }

  /** Gives the ids that were there already. */
  insertMany(documents: readonly StoredDocument[], now: number): Promise<string[]> {
    const stored = documents.map(toStored);
    return this.#attempts.writing(async () => {
      if (stored.length === 0) return [];
      try {
        await this.collection.insertMany(stored, { ordered: false });
        return [];
      } catch (fault) {
        const there = duplicatesOf(fault).map((at) => stored[at] as Stored);
        const replaced = await Promise.all(there.map((each) => this.#putAgain(each, now)));
        return there.filter((_, n) => replaced[n] === false).map(({ _id }) => _id);
      }
    });
  }

  async upsert(document: StoredDocument): Promise<void> {
    await this.#attempts.writing(() => this.#write(replacement(this.collection, toStored(document))));
  }

  async patch(id: string, expect: object, change: Change<StoredDocument>, now: number): Promise<PatchResult<StoredDocument>> {
    const filter = oneOf(this.declared, id, now, expect) as mongo.Filter<Stored>;
    const update = updateOf(change) as mongo.UpdateFilter<Stored>;
    const patched = await this.#attempts.writing(() =>
      this.collection.findOneAndUpdate(filter, update, { returnDocument: 'after' }),
    );
    if (patched !== null) return { outcome: 'patched', document: fromStored(patched as Stored) };
    if (Object.keys(expect).length === 0) return { outcome: 'missing' };
    // only who lost asks a second time
    const document = await this.get(id, now);
    return document === undefined ? { outcome: 'missing' } : { outcome: 'conflict', document };
  }

  /** As `patch`, for who needs no document. Only what expires by itself may leave an expired document behind. */
  amend(id: string, expect: object, change: Change<StoredDocument>, now: number): Promise<boolean> {
    const filter = oneOf(this.declared, id, now, expect);
    const write = amendment(this.collection, id, filter, change);
    const isGrouped = this.declared.lifetime === 'expires' && isGroupable(filter, change);
    return this.#attempts.writing(() => (isGrouped ? this.#write(write) : write.alone()));
  }

  /** An expired leftover is not there to remove; the server deletes it. */
  remove(id: string, now: number): Promise<boolean> {
    const filter = oneOf(this.declared, id, now) as mongo.Filter<Stored>;
    return this.#attempts.writing(async () => (await this.collection.deleteOne(filter)).deletedCount === 1);
  }

  /** Deletes up to `limit` documents that had expired by then, where the server's own TTL monitor has not. */
  sweep(limit: number, then: number): Promise<number> {
    return this.#attempts.probing(async () => {
      const dead: mongo.Filter<Stored> = { expiresOn: { $lte: new Date(then) } };
      const ids = (await this.#page(dead, limit, { projection: byId })).map(({ _id }) => _id);
      if (ids.length === 0) return 0;
      // nobody waits for a majority to have forgotten
      return (await this.collection.deleteMany({ _id: { $in: ids }, ...dead }, { writeConcern: { w: 1 } })).deletedCount;
    }, longestSweepMs);
  }

  async #putAgain(stored: Stored, now: number): Promise<boolean> {
    return this.declared.lifetime === 'expires' && putOverExpired(this.collection, stored, now);
  }

  async #page(filter: Filter, limit: number, options: PageOptions = {}): Promise<readonly Stored[]> {
    const { name } = this.declared;
    const command = { find: name, filter, limit, batchSize: limit, ...options };
    const { cursor } = await this.#attempts.reading(() => this.#database.command(command) as unknown as Promise<Found>);
    if (cursor.id === 0) return cursor.firstBatch;
    // more than the 16 MB of one answer: the driver's cursor asks for the rest as well
    const all = this.collection.find(filter as mongo.Filter<Stored>, { ...options, limit } as mongo.FindOptions);
    return this.#attempts.reading(() => all.toArray() as unknown as Promise<Stored[]>);
  }
}
