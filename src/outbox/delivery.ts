import { type OutboxDocument, outbox } from './collections.ts';
import { type DeliveryParts, deliverLane, laneOf, type Rest, waitBehind } from './deliver-lane.ts';
import { dueOf } from './messages.ts';
import { outboxPolicy, type TurnPolicy } from './policy.ts';

type Lanes = Map<string, OutboxDocument[]>;

/** Delivers what is due, at least once: a process that dies after sending sends again, with the same key. */
export interface OutboxDelivery {
  /**
   * Begins to send what is due and does not wait for it: what is slow keeps nobody else's waiting, also not in the next turn.
   * @returns how many messages were found due
   */
  turn(): Promise<number>;
  /** Waits for everything that is on its way. */
  ended(): Promise<void>;
}

/**
 * Walks through what is due in its order, some thousands a turn, and begins again at the oldest when it has come to the end: a recipient with a
 * long queue can't hide those behind it.
 */
function createWalk(parts: DeliveryParts, policy: TurnPolicy) {
  const { store, clock } = parts;
  let after: string | undefined;
  /** Lanes that an earlier turn of this walk has met: what is found of them now may come after something that has not been sent. */
  let met: ReadonlySet<string> = new Set();

  async function readOn(): Promise<OutboxDocument[]> {
    const now = clock.now();
    const read: OutboxDocument[] = [];
    for (let pages = 0; pages < policy.pagesATurn; pages += 1) {
      const page = { limit: policy.page, ...(after === undefined ? {} : { after }) };
      const due = (await store.find(outbox, 'state', 'waiting', page)).filter((message) => dueOf(message) <= now);
      read.push(...due);
      after = due.length < policy.page ? undefined : due.at(-1)?.id;
      if (after === undefined) break;
    }
    return read;
  }

  /** What is due of each lane, from its oldest on. */
  return async function walkOn(): Promise<{ readonly found: number; readonly lanes: Lanes }> {
    const read = await readOn();
    const lanes: Lanes = Map.groupBy(read, (message) => laneOf(parts, message));
    for (const lane of met) lanes.delete(lane);
    met = after === undefined ? new Set() : new Set([...met, ...lanes.keys()]);
    return { found: read.length, lanes };
  };
}

/** It was due before those that wait behind the one that failed, or came since and was never put behind them. */
function isStraggler(message: OutboxDocument, { until, behind }: Rest): boolean {
  const due = dueOf(message);
  return due < until || (due <= until + behind && due === message.queuedAt);
}

export function createDelivery(parts: DeliveryParts, policy: TurnPolicy = outboxPolicy): OutboxDelivery {
  const walkOn = createWalk(parts, policy);
  const onTheWay = new Map<string, Promise<void>>();
  const rests = new Map<string, Rest>();
  /** Who had the last turn goes last. */
  const servedIn = new Map<string, number>();
  let turns = 0;

  const isPast = ({ until, behind }: Rest): boolean => parts.clock.now() > until + behind;

  /**
   * A recipient that is down is not tried again with what it has not failed at yet. What is not behind it, old or new, is put there first, also
   * when the rest is over: until then those that are due first are not the oldest.
   */
  async function serve(lane: string, messages: readonly OutboxDocument[]): Promise<void> {
    const rest = rests.get(lane);
    const stragglers = rest === undefined ? [] : messages.filter((message) => isStraggler(message, rest));
    const next =
      rest !== undefined && stragglers.length > 0
        ? await waitBehind(parts, stragglers, rest)
        : await deliverLane(parts, messages.slice(0, policy.together));
    if (next !== undefined) rests.set(lane, next);
    else if (rest !== undefined && isPast(rest)) rests.delete(lane);
  }

  function begin(lane: string, messages: readonly OutboxDocument[]): void {
    servedIn.set(lane, turns);
    const served = serve(lane, messages)
      .catch(parts.failed)
      .finally(() => onTheWay.delete(lane));
    onTheWay.set(lane, served);
  }

  function forget(lanes: Lanes): void {
    for (const lane of servedIn.keys()) if (!lanes.has(lane) && !onTheWay.has(lane)) servedIn.delete(lane);
    for (const [lane, rest] of rests) if (isPast(rest) && !lanes.has(lane) && !onTheWay.has(lane)) rests.delete(lane);
  }

  return {
    async turn() {
      turns += 1;
      // by now: what is sent while the walk reads has been read before it went
      const busy = new Set(onTheWay.keys());
      const { found, lanes } = await walkOn();
      forget(lanes);
      const next = [...lanes.keys()].filter((lane) => !busy.has(lane));
      next.sort((one, other) => (servedIn.get(one) ?? 0) - (servedIn.get(other) ?? 0));
      for (const lane of next.slice(0, policy.lanesAtOnce - onTheWay.size)) begin(lane, lanes.get(lane) ?? []);
      return found;
    },
    async ended() {
      await Promise.all(onTheWay.values());
    },
  };
}
