import { describe, expect, it } from 'vitest';
import { createLeases } from '#src/background/leases.ts';
import type { Store } from '#src/kernel/store.ts';
import type { TestClock } from '#test/support/test-clock.ts';

/** What leases promise on every engine; `open` gives a store with the collection of leases, and the clock it reads. */
export function leasesContract(open: () => { readonly store: Store; readonly clock: TestClock }): void {
  describe('a lease on work', () => {
    it('goes to one of fifty processes that ask at once, and stays with it', async () => {
      const parts = open();
      const processes = Array.from({ length: 50 }, (_, n) => createLeases(parts, `process ${n}`));
      const first = await Promise.all(processes.map((each) => each.hold('one', 60_000)));
      expect(first.filter(Boolean)).toHaveLength(1);
      const again = await Promise.all(processes.map((each) => each.hold('one', 60_000)));
      expect(again).toEqual(first);
    });

    it('goes to one other when its holder ends without a word, and at once when it says so', async () => {
      const parts = open();
      const processes = Array.from({ length: 20 }, (_, n) => createLeases(parts, `process ${n}`));
      expect(await processes[0]?.hold('two', 60_000)).toBe(true);
      parts.clock.advance(60_500);
      expect(await processes[1]?.hold('two', 60_000)).toBe(false);
      parts.clock.advance(1000);
      const after = await Promise.all(processes.slice(1).map((each) => each.hold('two', 60_000)));
      expect(after.filter(Boolean)).toHaveLength(1);
      await processes[1 + after.indexOf(true)]?.release('two');
      parts.clock.advance(1500);
      expect(await processes[0]?.hold('two', 60_000)).toBe(true);
    });

    it('is not given back by one that has lost it', async () => {
      const parts = open();
      const [old, next, third] = ['old', 'next', 'third'].map((name) => createLeases(parts, name));
      await old?.hold('three', 1000);
      parts.clock.advance(5000);
      expect(await next?.hold('three', 60_000)).toBe(true);
      await old?.release('three');
      expect(await third?.hold('three', 60_000)).toBe(false);
    });
  });
}
