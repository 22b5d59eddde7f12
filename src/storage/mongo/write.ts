import type { mongo } from 'mongoose';
import { type Change, CommitConflict, type StoredDocument, type Write } from '#src/kernel/store.ts';
import type { Documents } from './documents.ts';
import { isDuplicate } from './faults.ts';
import { oneOf } from './filters.ts';
import { type Stored, toStored } from './stored-document.ts';
import { updateOf } from './update-of-change.ts';

const idOf = (write: Write): string => ('document' in write ? write.document.id : write.id);
const changeOf = (change: object): Change<StoredDocument> => change as Change<StoredDocument>;

/** A commit of one write. @throws {CommitConflict} */
export async function writeAlone(into: Documents, write: Write, now: number): Promise<void> {
  let applied = true;
  if (write.kind === 'upsert') await into.upsert(write.document);
  else if (write.kind === 'remove') await into.remove(write.id, now);
  else if (write.kind === 'insert') applied = await into.insert(write.document, now);
  else applied = (await into.patch(write.id, write.expect, changeOf(write.change), now)).outcome === 'patched';
  if (!applied) throw new CommitConflict(into.declared.name, idOf(write));
}

/** One write of a transaction; the driver's faults pass unchanged, since their labels say what may be tried again. @throws {CommitConflict} */
export async function writeInTransaction(
  { collection, declared }: Documents,
  write: Write,
  now: number,
  session: mongo.ClientSession,
): Promise<void> {
  if (write.kind === 'upsert') {
    const stored = toStored(write.document);
    await collection.replaceOne({ _id: stored._id }, stored, { upsert: true, session });
  } else if (write.kind === 'remove') await collection.deleteOne({ _id: write.id }, { session });
  else if (write.kind === 'insert') {
    const stored = toStored(write.document);
    try {
      // over an expired leftover it replaces; over a living document it inserts, which fails as a duplicate
      await collection.replaceOne({ _id: stored._id, expiresAt: { $lte: now } }, stored, { upsert: true, session });
    } catch (fault) {
      throw isDuplicate(fault) ? new CommitConflict(declared.name, stored._id) : fault;
    }
  } else {
    const filter = oneOf(declared, write.id, now, write.expect) as mongo.Filter<Stored>;
    const update = updateOf(changeOf(write.change)) as mongo.UpdateFilter<Stored>;
    const { matchedCount } = await collection.updateOne(filter, update, { session });
    if (matchedCount === 0) throw new CommitConflict(declared.name, write.id);
  }
}
