import { EventEmitter } from 'node:events';
import mongoose, { type mongo } from 'mongoose';
import type { Clock } from '#src/kernel/clock.ts';
import type { Random } from '#src/kernel/random.ts';
import type { SignalName, Signals } from '#src/kernel/signals.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import type { MongoConnection } from './connection.ts';
import { asUnavailable } from './faults.ts';
import { SeenIds } from './seen-ids.ts';
import { signalsCollection } from './signals-collection.ts';

const { ObjectId, Timestamp } = mongoose.mongo;

interface Message {
  readonly _id: mongo.ObjectId;
  readonly to: string;
  readonly from: string;
  /** The cluster's logical time, given by the server: it goes forward across failovers, whatever the nodes' clocks say. */
  readonly at: mongo.Timestamp;
  readonly name: SignalName;
  readonly message: unknown;
  readonly expiresOn: Date;
}

const readEveryMs = 100;
const lifeMs = 60_000;
/** Broadcasts are looked for so long behind the newest one, since writes do not become visible in the order of their times. */
const overlapSeconds = 10;
/** How often: what was broadcast in that time is read again and again. */
const lookBackEveryMs = 1000;
const everybody = '*';

interface InboxParts {
  readonly connection: MongoConnection;
  readonly clock: Clock;
  readonly random: Random;
}

export interface InboxSignals extends Signals {
  /** Stops reading. */
  close(): void;
}

/**
 * Signals between processes by an inbox collection. A process reads what is addressed to it and deletes what it has read, so no clock and
 * no order decides whether a message arrives; broadcasts stay for the others and are read from a logical time on, every second also from
 * behind it. What was delivered is remembered by id, so nothing arrives twice. Reading begins with the first listener.
 * @throws {StoreUnavailable}
 */
export async function createInboxSignals({ connection, clock, random }: InboxParts): Promise<InboxSignals> {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  const me = random.bytes(4).toString('hex');
  // a lost signal costs a page a few seconds; a majority's answer would cost every signal a journal write
  const inbox = connection.database.collection<Message>(signalsCollection.name, { writeConcern: { w: 1 } });
  const seen = new SeenIds(2 * lifeMs);
  let newest = new Timestamp({ t: 0, i: 0 });
  /** By real time: when the newest broadcast was met, and when it was last looked behind it. */
  let metAt = performance.now();
  let lookedBackAt = metAt;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  // in a turn of its own: what a listener throws must not stop the reading
  const deliver = (name: SignalName, message: unknown): void => void setImmediate(() => emitter.emit(name, message));

  /** From when on broadcasts are asked for. Nothing older than the newest can still appear when that has been here for long. */
  function since(): mongo.Timestamp {
    const now = performance.now();
    if (now - lookedBackAt < lookBackEveryMs || now - metAt > 2000 * overlapSeconds) return newest;
    lookedBackAt = now;
    return new Timestamp({ t: Math.max(0, newest.t - overlapSeconds), i: 0 });
  }

  /** Gives what has arrived since the last time, oldest first. */
  async function take(): Promise<Message[]> {
    const found = await inbox.find({ $or: [{ to: me }, { to: everybody, at: { $gt: since() } }] }).toArray();
    const fresh = found.filter(({ _id }) => seen.add(_id.toHexString())).sort((one, other) => one.at.compare(other.at));
    const last = fresh.findLast(({ to }) => to === everybody)?.at;
    if (last?.greaterThan(newest)) [newest, metAt] = [last, performance.now()];
    const mine = found.filter(({ to }) => to === me).map(({ _id }) => _id);
    // fails with the primary: they are found again, known, and deleted then or by their age
    if (mine.length > 0) inbox.deleteMany({ to: me, _id: { $in: mine } }).catch(() => undefined);
    return fresh;
  }

  async function read(): Promise<void> {
    const began = performance.now();
    try {
      for (const { from, name, message } of await take()) if (from !== me) deliver(name, message);
    } catch {
      // no primary now: nothing is lost, the next reading finds it
    }
    if (!isClosed) timer = setTimeout(() => void read(), Math.max(0, readEveryMs - (performance.now() - began))).unref();
  }

  // what was told to everybody before this process was there is not for it
  await take().catch((fault: unknown) => Promise.reject(asUnavailable(fault)));

  return {
    process: me,
    async send(to, name, message) {
      if (to === me || to === everybody) deliver(name, message);
      if (to === me) return;
      // an empty timestamp is filled in by the server
      const at = new Timestamp({ t: 0, i: 0 });
      const expiresOn = new Date(clock.now() + lifeMs);
      try {
        await inbox.insertOne({ _id: new ObjectId(), to, from: me, at, name, message, expiresOn });
      } catch (fault) {
        // at most once: what the message is about has been written, and who waits for it looks by himself as well
        if (!(asUnavailable(fault) instanceof StoreUnavailable)) throw fault;
      }
    },
    listen(name: SignalName, receive: (message: never) => void) {
      emitter.on(name, receive as (message: unknown) => void);
      if (timer === undefined && !isClosed) timer = setTimeout(() => void read(), readEveryMs).unref();
      return () => void emitter.off(name, receive as (message: unknown) => void);
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
