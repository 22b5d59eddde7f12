import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Collection, IndexOf, Page, StoredDocument } from '#src/kernel/store.ts';
import { meets } from '../patch-document.ts';
import { RecentDocuments } from './recent-documents.ts';

interface Row {
  readonly doc: string;
}

const name = /^[a-z][a-z_]{0,40}$/;

const valuesOf = ({ on, where = {} }: IndexOf<StoredDocument>, document: StoredDocument): string[] =>
  meets(document, where) ? [(document as unknown as Record<string, string | string[] | undefined>)[on] ?? []].flat() : [];

/**
 * One collection as a table: id, JSON text, expiry. Each declared index is a side table `(value, id)`, so that one document may be found
 * by several values. A row past its expiry is treated as absent everywhere.
 */
export class Table {
  readonly collection: Collection<StoredDocument, string>;
  readonly #recent = new RecentDocuments();
  readonly #get: StatementSync;
  readonly #scan: StatementSync;
  readonly #put: StatementSync;
  readonly #insertNew: StatementSync;
  readonly #delete: StatementSync;
  readonly #expired: StatementSync;
  readonly #indexes: readonly {
    readonly index: string;
    readonly valuesOf: (document: StoredDocument) => string[];
    readonly find: StatementSync;
    readonly add: StatementSync;
    readonly drop: StatementSync;
  }[];

  constructor(db: DatabaseSync, collection: Collection<StoredDocument, string>) {
    const table = collection.name;
    if (!name.test(table)) throw new TypeError(`not a collection name: ${table}`);
    this.collection = collection;
    // documents lie in order of arrival, so that a group's share pages; only their random ids are spread, in the small index of the key
    db.exec(`CREATE TABLE IF NOT EXISTS ${table} (id TEXT PRIMARY KEY, doc TEXT NOT NULL, expires_at INTEGER)`);
    if (collection.lifetime === 'expires')
      db.exec(`CREATE INDEX IF NOT EXISTS ${table}__expiry ON ${table} (expires_at) WHERE expires_at IS NOT NULL`);
    const live = '(expires_at IS NULL OR expires_at > ?)';
    this.#get = db.prepare(`SELECT doc FROM ${table} WHERE id = ?`);
    this.#scan = db.prepare(`SELECT doc FROM ${table} WHERE id > ? AND ${live} ORDER BY id LIMIT ?`);
    this.#put = db.prepare(
      `INSERT INTO ${table} (id, doc, expires_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, expires_at = excluded.expires_at`,
    );
    this.#insertNew = db.prepare(
      `INSERT INTO ${table} (id, doc, expires_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, expires_at = excluded.expires_at WHERE ${table}.expires_at <= ?`,
    );
    this.#delete = db.prepare(`DELETE FROM ${table} WHERE id = ?`);
    this.#expired = db.prepare(`SELECT id FROM ${table} WHERE expires_at <= ? LIMIT ?`);
    this.#indexes = Object.entries(collection.indexes).map(([index, declared]) => {
      if (!name.test(index)) throw new TypeError(`not an index name: ${index}`);
      const side = `${table}__${index}`;
      db.exec(`CREATE TABLE IF NOT EXISTS ${side} (value TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (value, id)) WITHOUT ROWID`);
      return {
        index,
        valuesOf: (document) => valuesOf(declared, document),
        find: db.prepare(
          `SELECT t.doc FROM ${side} s JOIN ${table} t ON t.id = s.id WHERE s.value = ? AND s.id > ? AND (t.expires_at IS NULL OR t.expires_at > ?) ORDER BY s.id LIMIT ?`,
        ),
        add: db.prepare(`INSERT OR IGNORE INTO ${side} (value, id) VALUES (?, ?)`),
        drop: db.prepare(`DELETE FROM ${side} WHERE value = ? AND id = ?`),
      };
    });
  }

  get(id: string, now: number): StoredDocument | undefined {
    let document = this.#recent.get(id);
    if (document === undefined) {
      const row = this.#get.get(id) as Row | undefined;
      if (row === undefined) return undefined;
      this.#recent.put(id, row.doc);
      document = this.#recent.get(id);
    }
    return document?.expiresAt === undefined || document.expiresAt > now ? document : undefined;
  }

  scan({ after = '', limit }: Page, now: number): StoredDocument[] {
    return (this.#scan.all(after, now, limit) as unknown as Row[]).map(({ doc }) => JSON.parse(doc) as StoredDocument);
  }

  find(index: string, value: string, { after = '', limit }: Page, now: number): StoredDocument[] {
    const declared = this.#indexes.find((each) => each.index === index);
    if (declared === undefined) throw new TypeError(`${this.collection.name} has no index ${index}`);
    return (declared.find.all(value, after, now, limit) as unknown as Row[]).map(({ doc }) => JSON.parse(doc) as StoredDocument);
  }

  /** Writes over whatever is there; needs to run inside a transaction. */
  put(document: StoredDocument): void {
    if (this.#indexes.length > 0) this.#dropIndexes(document.id);
    const text = JSON.stringify(document);
    this.#put.run(document.id, text, document.expiresAt ?? null);
    this.#recent.put(document.id, text);
    for (const { valuesOf, add } of this.#indexes) for (const value of valuesOf(document)) add.run(value, document.id);
  }

  /** One of many: not kept as recent. False when a live document has this id. */
  insertNew(document: StoredDocument, now: number): boolean {
    if (this.#indexes.length > 0 && this.get(document.id, Number.NEGATIVE_INFINITY) !== undefined) {
      if (this.get(document.id, now) !== undefined) return false;
      this.delete(document.id);
    }
    const inserted = this.#insertNew.run(document.id, JSON.stringify(document), document.expiresAt ?? null, now);
    if (inserted.changes === 0) return false;
    this.#recent.delete(document.id);
    for (const { valuesOf, add } of this.#indexes) for (const value of valuesOf(document)) add.run(value, document.id);
    return true;
  }

  delete(id: string): void {
    if (this.#indexes.length > 0) this.#dropIndexes(id);
    this.#delete.run(id);
    this.#recent.delete(id);
  }

  /** What was read before may no longer be so. */
  forget(): void {
    this.#recent.clear();
  }

  expired(now: number, limit: number): string[] {
    return (this.#expired.all(now, limit) as unknown as { id: string }[]).map(({ id }) => id);
  }

  #dropIndexes(id: string): void {
    // also what has expired must leave the index, so the row is read whatever its age
    const before = this.get(id, Number.NEGATIVE_INFINITY);
    if (before === undefined) return;
    for (const { valuesOf, drop } of this.#indexes) for (const value of valuesOf(before)) drop.run(value, id);
  }
}
