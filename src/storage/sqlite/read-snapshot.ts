import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * One read transaction for all reads of a turn of the event loop: SQLite locks and unlocks its file for every read outside of one, which
 * costs more than the read. A read sees every write that this process acknowledged, and what others wrote before the turn.
 */
export class ReadSnapshot {
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #dataVersion: StatementSync;
  readonly #whenOthersWrote: () => void;
  #version: unknown;
  #isOpen = false;

  /** @param whenOthersWrote called when another process has changed the file since the last transaction of this one */
  constructor(db: DatabaseSync, whenOthersWrote: () => void) {
    this.#begin = db.prepare('BEGIN');
    this.#end = db.prepare('COMMIT');
    this.#dataVersion = db.prepare('PRAGMA data_version');
    this.#dataVersion.setReturnArrays(true);
    this.#whenOthersWrote = whenOthersWrote;
  }

  /** Before a read. */
  open(): void {
    if (this.#isOpen) return;
    this.#begin.run();
    this.#isOpen = true;
    setImmediate(() => this.end());
    this.lookForOthers();
  }

  /** Before a write, and at the end of the turn. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#end.run();
  }

  /** Inside a transaction, before its first read. */
  lookForOthers(): void {
    const [version] = this.#dataVersion.get() as unknown as [number];
    if (version === this.#version) return;
    this.#version = version;
    this.#whenOthersWrote();
  }
}
