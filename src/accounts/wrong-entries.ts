import { hash } from 'node:crypto';
import type { Clock } from '#src/kernel/clock.ts';
import type { Store } from '#src/kernel/store.ts';
import { type WrongEntriesDocument, wrongEntries } from './collections.ts';

export interface Limit {
  readonly points: number;
  readonly seconds: number;
}

/** One limit for one account, browser or network. */
export interface Counter {
  readonly name: string;
  readonly key: string;
  readonly limit: Limit;
}

/** Where a counter stands; addresses and names are not to be read from it. */
export const counterId = ({ name, key, limit }: Counter): string => hash('sha256', `${name} ${limit.seconds} ${key}`, 'base64url');

type Counts = ReadonlyMap<string, WrongEntriesDocument>;

/** Counts of wrong entries, the same for all processes. A count begins with the first wrong entry and ends after its limit's time. */
export interface WrongEntries {
  read(counters: readonly Counter[]): Promise<Counts>;
  /**
   * Counts one more on each.
   * @returns the counts without this one
   */
  add(counters: readonly Counter[]): Promise<Counts>;
  /** Counts what was added to these counts one less, where they have not ended since. */
  takeBack(counts: Counts): Promise<void>;
  forget(counters: readonly Counter[]): Promise<void>;
}

export function createWrongEntries({ store, clock }: { readonly store: Store; readonly clock: Clock }): WrongEntries {
  async function addTo(counter: Counter): Promise<WrongEntriesDocument> {
    const id = counterId(counter);
    for (;;) {
      const counted = await store.patch(wrongEntries, id, {}, { increment: { used: 1 } });
      if (counted.outcome === 'patched') return { ...counted.document, used: counted.document.used - 1 };
      const first = { id, used: 1, since: clock.now(), expiresAt: clock.now() + counter.limit.seconds * 1000 };
      if (await store.insert(wrongEntries, first)) return { ...first, used: 0 };
    }
  }

  const byId = (documents: readonly WrongEntriesDocument[]): Counts => new Map(documents.map((each) => [each.id, each]));
  const ofEach = async (counters: readonly Counter[], work: (id: string) => Promise<unknown>): Promise<void> => {
    await Promise.all(counters.map((counter) => work(counterId(counter))));
  };

  return {
    read: async (counters) => byId(await store.getMany(wrongEntries, counters.map(counterId))),
    add: async (counters) => byId(await Promise.all(counters.map(addTo))),
    async takeBack(counts) {
      const back = { increment: { used: -1 } } as const;
      await Promise.all([...counts.values()].map(({ id, since }) => store.amend(wrongEntries, id, { since }, back)));
    },
    forget: (counters) => ofEach(counters, (id) => store.remove(wrongEntries, id)),
  };
}
