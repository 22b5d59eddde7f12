import { setTimeout as pause } from 'node:timers/promises';
import type { mongo } from 'mongoose';
import { acknowledged } from './connection.ts';
import { asUnavailable, hasLabel } from './faults.ts';

/** A transaction that goes on losing for this long is given up. */
export const longestTransactionMs = 10_000;

const options = {
  readConcern: { level: 'local' },
  writeConcern: acknowledged,
  maxCommitTimeMS: 5000,
} as const satisfies mongo.TransactionOptions;

async function commitUntil(session: mongo.ClientSession, deadline: number): Promise<void> {
  for (;;) {
    try {
      return await session.commitTransaction();
    } catch (fault) {
      // asking a second time to commit the same transaction is answered as the first time
      if (!hasLabel(fault, 'UnknownTransactionCommitResult') || performance.now() > deadline) throw fault;
      await pause(50);
    }
  }
}

/**
 * Runs writes as one transaction, again from the start when it lost against another one or the primary changed. What `work` itself
 * throws takes everything back and is passed on. The driver's `withTransaction` does the same, but for up to two minutes.
 * @throws {StoreUnavailable} when it did not end within ten seconds
 */
export async function inTransaction(
  client: mongo.MongoClient,
  work: (session: mongo.ClientSession) => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + longestTransactionMs;
  const session = client.startSession();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        session.startTransaction(options);
        await work(session);
        return await commitUntil(session, deadline);
      } catch (fault) {
        if (session.inTransaction()) await session.abortTransaction().catch(() => undefined);
        if (!hasLabel(fault, 'TransientTransactionError') || performance.now() > deadline) throw asUnavailable(fault);
        // those who met each other step back by different times
        await pause(Math.random() * Math.min(5 * attempt, 100));
      }
    }
  } finally {
    await session.endSession();
  }
}
