import mongoose, { type mongo } from 'mongoose';
import { type Clock, systemClock } from '#src/kernel/clock.ts';
import { asUnavailable } from './faults.ts';
import { watchNodeClocks } from './node-clocks.ts';

/** A database of a replica set or of a sharded cluster, connected. */
export interface MongoConnection {
  readonly database: mongo.Db;
  readonly client: mongo.MongoClient;
  /** How far our clock is ahead of the nodes', in milliseconds (`node-clocks.ts`). */
  readonly clockAheadMs: () => number | undefined;
  close(): Promise<void>;
}

/** What an operator may set in the connection string; there it wins. */
const preferences = {
  maxPoolSize: 50,
  serverSelectionTimeoutMS: 5000,
  connectTimeoutMS: 5000,
  socketTimeoutMS: 8000,
  waitQueueTimeoutMS: 5000,
};

/** What the promises of the store port stand on, whatever the connection string says. */
const promises = {
  readPreference: 'primary',
  readConcernLevel: 'local',
  // a write whose answer is lost is sent again under its number, and the server answers what the first one did
  retryWrites: true,
  // as JSON does
  ignoreUndefined: true,
  // made by a command, never on the way of a request
  autoIndex: false,
  autoCreate: false,
  bufferCommands: false,
} as const;

/**
 * How a write is acknowledged: always by a majority's journals. What one node alone has is lost in a failover, what is in memory alone in a power
 * cut, and then a code or an approval could be used again.
 */
export const acknowledged = { w: 'majority', j: true, wtimeoutMS: 5000 } as const satisfies mongo.WriteConcernSettings;

function preferencesFor(uri: string): Partial<typeof preferences> {
  const said = new Set([...new URLSearchParams(uri.split('?')[1]).keys()].map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(preferences).filter(([name]) => !said.has(name.toLowerCase())));
}

/** @throws {StoreUnavailable} within seconds when no primary answers or the credentials are refused */
export async function connectMongo(uri: string, clock: Clock = systemClock): Promise<MongoConnection> {
  const connection = mongoose.createConnection(uri, { ...preferencesFor(uri), ...promises });
  // before the first nodes answer; there is no client for an address that can't be read
  const early = connection.getClient() as mongo.MongoClient | undefined;
  const clockAheadMs = early === undefined ? () => undefined : watchNodeClocks(early, clock);
  try {
    await connection.asPromise();
  } catch (cause) {
    await connection.close(true);
    throw asUnavailable(cause);
  }
  const client = connection.getClient();
  return { client, database: client.db(), clockAheadMs, close: () => connection.close() };
}
