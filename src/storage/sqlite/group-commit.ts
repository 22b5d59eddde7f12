import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Durability } from '#src/kernel/store.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import type { ReadSnapshot } from './read-snapshot.ts';

interface Job {
  readonly durability: Durability;
  /** Runs inside the transaction. */
  readonly run: () => unknown;
  /** It may throw after it has written: then only its own writes are undone. A write that checks first needs no savepoint. */
  readonly mayUndo: boolean;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly reason: unknown };

/**
 * Gathers the writes asked for in one turn of the event loop into one transaction: under load a commit is shared by many requests,
 * alone it costs one. A caller hears of its write only after COMMIT. When one of them must be flushed, the whole group is.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #snapshot: ReadSnapshot;
  readonly #whenUndone: () => void;
  readonly #statements: Readonly<
    Record<'begin' | 'commit' | 'rollback' | 'savepoint' | 'release' | 'undo' | 'full' | 'normal', StatementSync>
  >;
  #waiting: Job[] = [];
  #closed = false;
  #synchronous: Durability = 'buffered';

  /** @param whenUndone called when writes that ran were taken back */
  constructor(db: DatabaseSync, snapshot: ReadSnapshot, whenUndone: () => void) {
    this.#db = db;
    this.#snapshot = snapshot;
    this.#whenUndone = whenUndone;
    this.#statements = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      savepoint: db.prepare('SAVEPOINT one'),
      release: db.prepare('RELEASE one'),
      undo: db.prepare('ROLLBACK TO one'),
      full: db.prepare('PRAGMA synchronous = FULL'),
      normal: db.prepare('PRAGMA synchronous = NORMAL'),
    };
  }

  run<Result>(durability: Durability, run: () => Result, mayUndo = false): Promise<Result> {
    if (this.#closed) return Promise.reject(new StoreUnavailable('the store is closed'));
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ durability, run, mayUndo, resolve: resolve as (value: never) => void, reject });
      if (this.#waiting.length === 1) setImmediate(() => this.flush());
    });
  }

  /** Writes what is waiting, now. */
  flush(): void {
    const jobs = this.#waiting;
    this.#waiting = [];
    if (jobs.length === 0) return;
    let outcomes: Outcome[];
    try {
      this.#snapshot.end();
      this.#synchronise(jobs.some(({ durability }) => durability === 'flushed') ? 'flushed' : 'buffered');
      this.#statements.begin.run();
      this.#snapshot.lookForOthers();
      outcomes = jobs.map((job) => (job.mayUndo ? this.#inSavepoint(job) : this.#plain(job)));
      this.#statements.commit.run();
    } catch (cause) {
      if (this.#db.isTransaction) this.#statements.rollback.run();
      this.#whenUndone();
      const reason = new StoreUnavailable('the store could not write', { cause });
      for (const job of jobs) job.reject(reason);
      return;
    }
    jobs.forEach((job, at) => {
      const outcome = outcomes[at] as Outcome;
      if ('reason' in outcome) job.reject(outcome.reason);
      else job.resolve(outcome.value as never);
    });
  }

  close(): void {
    this.flush();
    this.#closed = true;
  }

  #synchronise(wanted: Durability): void {
    if (wanted === this.#synchronous) return;
    this.#statements[wanted === 'flushed' ? 'full' : 'normal'].run();
    this.#synchronous = wanted;
  }

  #plain({ run }: Job): Outcome {
    try {
      return { value: run() };
    } catch (reason) {
      if (isEngineFault(reason)) throw reason;
      return { reason };
    }
  }

  #inSavepoint({ run }: Job): Outcome {
    this.#statements.savepoint.run();
    try {
      const value = run();
      this.#statements.release.run();
      return { value };
    } catch (reason) {
      if (!this.#db.isTransaction || isEngineFault(reason)) throw reason;
      this.#statements.undo.run();
      this.#whenUndone();
      this.#statements.release.run();
      return { reason };
    }
  }
}

/** A full disk or a broken file fails the whole group; a refusal of ours only its own write. */
const isEngineFault = (reason: unknown): boolean => (reason as { code?: string } | undefined)?.code === 'ERR_SQLITE_ERROR';
