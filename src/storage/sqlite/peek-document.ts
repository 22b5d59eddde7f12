import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Collection, type StoredDocument, StoreUnavailable } from '#src/kernel/store.ts';

/** Whether something was ever written to this file. */
export const isSqliteStoreThere = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;

/** One document of a file, without making or changing anything; undefined where the file or the collection is not there. @throws {StoreUnavailable} */
export function peekDocument<Doc extends StoredDocument>(path: string, from: Collection<Doc, string>, id: string): Doc | undefined {
  if (!isSqliteStoreThere(path)) return undefined;
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 });
    try {
      if (db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(from.name) === undefined)
        return undefined;
      const row = db.prepare(`SELECT doc FROM ${from.name} WHERE id = ?`).get(id) as { doc: string } | undefined;
      return row === undefined ? undefined : (JSON.parse(row.doc) as Doc);
    } finally {
      db.close();
    }
  } catch (cause) {
    throw new StoreUnavailable(`the store ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
