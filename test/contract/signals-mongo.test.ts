import mongoose from 'mongoose';
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

  it('of which many were told to everybody are not read again at every turn', async () => {
    const opened = await mongoose.createConnection(set.uri('signals'), { monitorCommands: true }).asPromise();
    const client = opened.getClient();
    const connection = { client, database: client.db(), clockAheadMs: () => undefined, close: () => opened.close() };
    const [teller, listener] = [
      await startProcess(),
      await createInboxSignals({ connection, clock: systemClock, random: systemRandom }),
    ];
    let read = 0;
    client.on('commandSucceeded', ({ reply }) => {
      read += (reply as { cursor?: { firstBatch?: unknown[] } }).cursor?.firstBatch?.length ?? 0;
    });
    const heard = new Set<string>();
    listener.listen('client', ({ clientId }) => heard.add(clientId));
    await Promise.all(Array.from({ length: 90 }, (_, n) => teller.signals.send('*', 'client', { clientId: `c${n}` })));
    await expect.poll(() => heard.size).toBe(90);
    let reads = 0;
    client.on('commandSucceeded', ({ commandName }) => {
      reads += commandName === 'find' ? 1 : 0;
    });
    read = 0;
    await expect.poll(() => reads, { timeout: 10_000 }).toBeGreaterThan(8);
    expect(read).toBeLessThan(8 * 90);
    listener.close();
    await Promise.all([teller.close(), connection.close()]);
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
