import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '#src/kernel/clock.ts';
import { type Collection, type Page, type StoredDocument, type StoreSnapshot, StoreUnavailable } from '#src/kernel/store.ts';

/**
 * One read transaction on a connection of its own. Nothing is copied: in WAL mode writers go on, and what they write stays beside the
 * file (`-wal`) until the snapshot is closed.
 */
export function openSqliteSnapshot(path: string, clock: Clock): StoreSnapshot {
  const now = clock.now();
  const reading = <Result>(read: () => Result): Result => {
    try {
      return read();
    } catch (cause) {
      throw new StoreUnavailable(`the store ${path} cannot be read: ${(cause as Error).message}`, { cause });
    }
  };
  const db = reading(() => new DatabaseSync(path, { readOnly: true, timeout: 5000 }));
  const tables = reading(() => {
    db.exec('BEGIN');
    // the first read decides which moment it is
    const rows = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all() as unknown as { name: string }[];
    return new Set(rows.map(({ name }) => name));
  });
  return {
    async scan<Doc extends StoredDocument>({ name }: Collection<Doc, string>, { after = '', limit }: Page): Promise<Doc[]> {
      // a collection that came with a version which has not opened the file yet
      if (!tables.has(name)) return [];
      const page = `SELECT doc FROM ${name} WHERE id > ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY id LIMIT ?`;
      const rows = reading(() => db.prepare(page).all(after, now, limit)) as unknown as { doc: string }[];
      return rows.map(({ doc }) => JSON.parse(doc) as Doc);
    },
    close: async () => db.close(),
  };
}
