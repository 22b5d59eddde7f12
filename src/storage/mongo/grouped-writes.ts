import mongoose, { type mongo } from 'mongoose';
import type { Change, StoredDocument } from '#src/kernel/store.ts';
import { isDuplicate, isDuplicateStatement, statementFault } from './faults.ts';
import type { Filter } from './filters.ts';
import { inGroups, type Settled } from './grouping.ts';
import type { Stored } from './stored-document.ts';
import { updateOf } from './update-of-change.ts';

const { MongoBulkWriteError } = mongoose.mongo;

/**
 * One write of one document in two forms with one outcome: a call for when it goes alone, and a statement of a bulk write. Of a bulk write
 * the server tells for each statement only whether it inserted or met a document in its way, so every statement may insert.
 */
export interface GroupedWrite {
  readonly id: string;
  alone(): Promise<boolean>;
  readonly statement: mongo.AnyBulkWriteOperation<Stored>;
  /** What it means that the statement inserted. */
  readonly inserted: boolean;
  /** What is left to do when another document was in its way. */
  inTheWay(): Promise<boolean>;
}

type StoredCollection = mongo.Collection<Stored>;

/**
 * What has expired is in the way until the server deletes it, which may be at this very moment; of several who put something there the first one
 * wins, and the others meet a living document.
 */
export async function putOverExpired(into: StoredCollection, stored: Stored, now: number): Promise<boolean> {
  try {
    return (await into.replaceOne({ _id: stored._id, expiresAt: { $lte: now } }, stored, { upsert: true })).acknowledged;
  } catch (fault) {
    if (isDuplicate(fault)) return false;
    throw fault;
  }
}

/** True when it was inserted, also over what has expired. */
export const insertion = (into: StoredCollection, stored: Stored, now: number): GroupedWrite => {
  const overExpired = (): Promise<boolean> => putOverExpired(into, stored, now);
  return {
    id: stored._id,
    async alone() {
      try {
        await into.insertOne(stored);
        return true;
      } catch (fault) {
        if (isDuplicate(fault)) return overExpired();
        throw fault;
      }
    },
    statement: { insertOne: { document: stored } },
    inserted: true,
    inTheWay: overExpired,
  };
};

/** True. */
export const replacement = (into: StoredCollection, stored: Stored): GroupedWrite => {
  const filter = { _id: stored._id };
  const alone = async (): Promise<boolean> => (await into.replaceOne(filter, stored, { upsert: true })).acknowledged;
  return {
    id: stored._id,
    alone,
    statement: { replaceOne: { filter, replacement: stored, upsert: true } },
    inserted: true,
    // somebody inserted it at the same moment
    inTheWay: alone,
  };
};

/** What an amendment of a document that is not there leaves: nobody reads it, and the server deletes it. */
const expired = { expiresAt: 0, expiresOn: new Date(0) };

const movesExpiry = ({ set = {}, unset = [], increment = {} }: Change<StoredDocument>): boolean =>
  'expiresAt' in set || 'expiresAt' in increment || unset.includes('expiresAt');

/** Whether the statement of an amendment can say what became of it: an upsert takes no expressions, and sets no path twice. */
export const isGroupable = (filter: Filter, change: Change<StoredDocument>): boolean =>
  !('$expr' in filter || '$and' in filter || movesExpiry(change));

/** True when the document was as the filter of one living document says, and is changed. */
export const amendment = (of: StoredCollection, id: string, filter: Filter, change: Change<StoredDocument>): GroupedWrite => {
  const [query, update] = [filter as mongo.Filter<Stored>, updateOf(change)];
  return {
    id,
    alone: async () => (await of.updateOne(query, update as mongo.UpdateFilter<Stored>)).matchedCount === 1,
    statement: { updateOne: { filter: query, update: { ...update, $setOnInsert: expired } as never, upsert: true } },
    inserted: false,
    inTheWay: async () => false,
  };
};

interface Endings {
  readonly refused: ReadonlyMap<number, mongo.WriteError>;
  readonly upsertedIds: Readonly<Record<number, unknown>>;
}

/** @throws the fault when none can be believed to be written */
function endingsOf(fault: unknown): Endings {
  if (!(fault instanceof MongoBulkWriteError) || fault.result.getWriteConcernError() !== undefined) throw fault;
  const errors = [fault.writeErrors].flat();
  if (errors.length === 0) throw fault;
  return { refused: new Map(errors.map((error) => [error.index, error])), upsertedIds: fault.upsertedIds };
}

async function settle(write: GroupedWrite, at: number, { refused, upsertedIds }: Endings): Promise<Settled<boolean>> {
  const fault = refused.get(at);
  if (fault === undefined) return { answer: at in upsertedIds ? write.inserted : true };
  if (!isDuplicateStatement(fault)) return { fault: statementFault(fault) };
  return write.inTheWay().then(
    (answer) => ({ answer }),
    (again: unknown) => ({ fault: again }),
  );
}

/** Writes to one collection, those of one group in one command; each caller hears of its own. */
export const groupedWrites = (collection: StoredCollection): ((write: GroupedWrite) => Promise<boolean>) =>
  inGroups<GroupedWrite, boolean>(
    ({ id }) => id,
    async (writes) => {
      const [only] = writes;
      if (only !== undefined && writes.length === 1) return [{ answer: await only.alone() }];
      const statements = writes.map(({ statement }) => statement);
      const endings = await collection
        .bulkWrite(statements, { ordered: false })
        .then(({ upsertedIds }): Endings => ({ refused: new Map(), upsertedIds }), endingsOf);
      return Promise.all(writes.map((write, at) => settle(write, at, endings)));
    },
  );
