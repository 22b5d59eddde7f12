import type { mongo } from 'mongoose';
import type { Clock } from '#src/kernel/clock.ts';

/** Of an even number the middle one that is nearer to nothing. */
function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((one, other) => one - other);
  const [lower, upper] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return lower === undefined || upper === undefined || Math.abs(lower) < Math.abs(upper) ? lower : upper;
}

/** A process that had no time to read an answer when it came finds itself ahead by that long, but not twice in a row. */
const nearestToNothing = (values: readonly number[]): number =>
  values.reduce((nearest, value) => (Math.abs(value) < Math.abs(nearest) ? value : nearest));

/**
 * How far our clock is ahead of the nodes' (negative: behind), in milliseconds: the median, so that one node with a wrong clock doesn't make
 * every process believe that its own is. The driver hears from each node every ten seconds anyway, and the nodes tell their time then;
 * undefined before the first has.
 */
export function watchNodeClocks(client: mongo.MongoClient, clock: Clock): () => number | undefined {
  const aheadMs = new Map<string, readonly number[]>();
  client.on('serverHeartbeatSucceeded', ({ connectionId, reply }) => {
    const { localTime } = reply as { localTime?: unknown };
    if (!(localTime instanceof Date)) return;
    const before = aheadMs.get(connectionId)?.slice(-1) ?? [];
    aheadMs.set(connectionId, [...before, clock.now() - localTime.getTime()]);
  });
  client.on('serverHeartbeatFailed', ({ connectionId }) => aheadMs.delete(connectionId));
  client.on('serverClosed', ({ address }) => aheadMs.delete(address));
  return () => median([...aheadMs.values()].map(nearestToNothing));
}
