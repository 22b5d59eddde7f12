import { afterAll, beforeAll, describe } from 'vitest';
import { leases } from '#src/background/collections.ts';
import type { Store } from '#src/kernel/store.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { TestClock } from '#test/support/test-clock.ts';
import { leasesContract } from './leases-contract.ts';

describe('on SQLite', () => {
  const clock = new TestClock();
  let store: Store;
  beforeAll(async () => {
    store = await openSqliteStore({ path: ':memory:', clock, collections: [leases] as never });
  });
  afterAll(() => store.close());
  leasesContract(() => ({ store, clock }));
});
