import type { Store } from '#src/kernel/store.ts';

const operations = [
  'get',
  'getMany',
  'find',
  'scan',
  'insert',
  'insertMany',
  'upsert',
  'patch',
  'amend',
  'remove',
  'commit',
] as const;
type Operation = (typeof operations)[number];

/** Told of every call of the store when it has ended. */
export type StoreObserver = (operation: string, collection: string, tookMs: number, failed: boolean) => void;

type Call = (first: unknown, ...rest: unknown[]) => Promise<unknown>;

/** What a call is about; a commit names the collection of its first write. */
const collectionOf = (operation: Operation, first: unknown): string =>
  operation === 'commit'
    ? ((first as readonly { collection: { name: string } }[])[0]?.collection.name ?? '')
    : (first as { readonly name: string }).name;

/** The same store, watched: how often, how long, and whether it failed. Answers and errors pass through untouched. */
export function observeStore(store: Store, observe: StoreObserver): Store {
  const watched = Object.fromEntries(
    operations.map((operation) => {
      const call = (store[operation] as unknown as Call).bind(store);
      const observed: Call = async (first, ...rest) => {
        const began = performance.now();
        let failed = true;
        try {
          const answer = await call(first, ...rest);
          failed = false;
          return answer;
        } finally {
          observe(operation, collectionOf(operation, first), performance.now() - began, failed);
        }
      };
      return [operation, observed];
    }),
  );
  const others = { sweep: store.sweep.bind(store), ping: store.ping.bind(store), close: store.close.bind(store) };
  return { ...watched, ...others } as unknown as Store;
}
