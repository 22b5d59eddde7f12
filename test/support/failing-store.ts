import { type Store, StoreUnavailable } from '#src/kernel/store.ts';

const operations = ['get', 'getMany', 'find', 'scan', 'insert', 'upsert', 'patch', 'amend', 'remove', 'commit'] as const;

/** `before`: nothing was done. `after`: it was done, and the answer was lost. */
export type Failing = 'before' | 'after';

/** What goes on in the background beside requests is left alone, and not counted. */
const background: ReadonlySet<string> = new Set(['leases', 'outbox']);

/** Makes calls of a running server's store fail on demand. */
export interface FailingStore {
  /** Lets the call with this number fail, counted from now, from 1; all others go through. */
  failAt(call: number, when: Failing): void;
  /** Lets every call fail from now on. */
  failAll(): void;
  /** Lets all go through, and gives the call that failed; undefined when it was never reached. */
  mend(): string | undefined;
}

export function makeFailing(store: Store): FailingStore {
  let calls = 0;
  let isFailing = (_call: number): boolean => false;
  let failing: Failing = 'before';
  let failed: string | undefined;
  for (const operation of operations) {
    const real = store[operation].bind(store) as (...given: unknown[]) => Promise<unknown>;
    (store as unknown as Record<string, unknown>)[operation] = async (...given: unknown[]) => {
      const { name = '' } = given[0] as { name?: string };
      if (background.has(name)) return real(...given);
      calls += 1;
      if (!isFailing(calls)) return real(...given);
      failed = `${operation} ${name}`;
      if (failing === 'after') await real(...given);
      throw new StoreUnavailable('made to fail');
    };
  }
  function begin(chosen: (call: number) => boolean, when: Failing): void {
    [calls, isFailing, failing, failed] = [0, chosen, when, undefined];
  }
  return {
    failAt: (call, when) => begin((each) => each === call, when),
    failAll: () => begin(() => true, 'before'),
    mend() {
      isFailing = () => false;
      return failed;
    },
  };
}
