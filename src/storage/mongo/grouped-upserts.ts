import mongoose, { type mongo } from 'mongoose';
import { inGroups, type Settled } from './grouping.ts';
import type { Stored } from './stored-document.ts';

const { MongoBulkWriteError } = mongoose.mongo;

const done: Settled<void> = { answer: undefined };

/** Which of a group were refused by themselves. @throws the fault when none can be believed to be written */
function refusedIn(fault: unknown): ReadonlySet<number> {
  if (!(fault instanceof MongoBulkWriteError) || fault.result.getWriteConcernError() !== undefined) throw fault;
  const errors = [fault.writeErrors].flat();
  if (errors.length === 0) throw fault;
  return new Set(errors.map(({ index }) => index));
}

/** Replaces of one collection, those of one turn in one command; each caller hears of its own document. */
export const groupedUpserts = (collection: mongo.Collection<Stored>): ((stored: Stored) => Promise<void>) =>
  inGroups<Stored, void>(
    ({ _id }) => _id,
    async (documents) => {
      const [only] = documents;
      if (only !== undefined && documents.length === 1) {
        await collection.replaceOne({ _id: only._id }, only, { upsert: true });
        return [done];
      }
      const replaces = documents.map((stored) => ({
        replaceOne: { filter: { _id: stored._id }, replacement: stored, upsert: true },
      }));
      try {
        await collection.bulkWrite(replaces as never, { ordered: false });
        return documents.map(() => done);
      } catch (fault) {
        const refused = refusedIn(fault);
        return documents.map((_, at) => (refused.has(at) ? { fault } : done));
      }
    },
  );
