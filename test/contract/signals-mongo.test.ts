import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '#src/kernel/clock.ts';
import { systemRandom } from '#src/kernel/random.ts';
import { applyIndexes } from '#src/storage/mongo/apply-indexes.ts';
import { connectMongo, type MongoConnection } from '#src/storage/mongo/connection.ts';
import { createInboxSignals, type InboxSignals } from '#src/storage/mongo/signals-inbox.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { signalsContract } from './signals-contract.ts';

describe.runIf(canRunMongod())('by an inbox in MongoDB', () => {
  let set: ReplicaSet;
  let prepared: MongoConnection;
  beforeAll(async () => {
    set = await startReplicaSet();
    prepared = await connectMongo(set.uri('signals'));
    await applyIndexes(prepared, []);
  });
  afterAll(async () => {
    await prepared.close();
    await set.stop();
  });

  async function startProcess(clock: Clock = systemClock): Promise<{ signals: InboxSignals; close: () => Promise<void> }> {
    const connection = await connectMongo(set.uri('signals'));
    const signals = await createInboxSignals({ connection, clock, random: systemRandom });
    return {
      signals,
      async close() {
        signals.close();
        await connection.close();
      },
    };
  }

  signalsContract((count) => Promise.all(Array.from({ length: count }, () => startProcess())), 3);

  it('arrive also from a process whose clock is an hour off, and before those of a later one', async () => {
    const [late, exact] = await Promise.all([startProcess({ now: () => Date.now() - 3_600_000 }), startProcess()]);
    const heard: string[] = [];
    exact.signals.listen('client', ({ clientId }) => heard.push(clientId));
    await exact.signals.send('*', 'client', { clientId: 'first' });
    for (const clientId of ['second', 'third']) await late.signals.send('*', 'client', { clientId });
    await expect.poll(() => heard).toEqual(['first', 'second', 'third']);
    await Promise.all([late.close(), exact.close()]);
  });

  it('that were told to everybody before a process was there do not reach it', async () => {
    const early = await startProcess();
    await early.signals.send('*', 'client', { clientId: 'before' });
    const young = await startProcess();
    const heard: string[] = [];
    young.signals.listen('client', ({ clientId }) => heard.push(clientId));
    await early.signals.send('*', 'client', { clientId: 'after' });
    await expect.poll(() => heard).toEqual(['after']);
    await Promise.all([early.close(), young.close()]);
  });

  it('leave nothing behind that is read again', async () => {
    const [one, other] = await Promise.all([startProcess(), startProcess()]);
    const heard: string[] = [];
    other.signals.listen('approval', ({ approval }) => heard.push(approval));
    await one.signals.send(other.signals.process, 'approval', { interaction: 'i', approval: 'a', state: 'seen' });
    await expect.poll(() => heard).toEqual(['a']);
    await expect.poll(() => prepared.database.collection('signals').countDocuments({ to: other.signals.process })).toBe(0);
    await Promise.all([one.close(), other.close()]);
  });
});
