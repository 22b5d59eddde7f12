import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accounts } from '#src/accounts/collections.ts';
import { endEverySignIn, lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import type { ProvenMethod } from '#src/assurance/methods.ts';
import { isEnded } from '#src/assurance/token-check.ts';
import { epochSeconds } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type AccountWorld, lan, openAccountWorld } from '#test/support/account-world.ts';

let world: AccountWorld;
let id: AccountId;
beforeAll(async () => {
  world = await openAccountWorld();
  id = await world.addPerson(lan);
});
afterAll(() => world.close());

/** What happens, in which process, and how long after what happened before. */
const event = fc.record({
  what: fc.constantFrom<'prove' | 'end' | 'end-twice-at-once' | 'lock-and-unlock'>(
    'prove',
    'prove',
    'end',
    'end-twice-at-once',
    'lock-and-unlock',
  ),
  clockOffMs: fc.constantFrom(-90_000, 0, 90_000),
  afterMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2000 })),
});

const own = { ground: 'own-request', by: 'self' } as const;

it('after an end nothing holds that was proven before it, and everything that was proven since, in whatever processes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 12 }), async (events) => {
      let ends = 0;
      const proven: { readonly method: ProvenMethod; readonly afterEnds: number }[] = [];
      for (const { what, clockOffMs, afterMs } of events) {
        world.clock.advance(afterMs);
        const clock = { now: () => world.clock.now() + clockOffMs };
        const process = { ...world, clock };
        if (what === 'prove') {
          const account = await world.directory.get(id);
          proven.push({ method: { amr: 'pwd', at: epochSeconds(clock), under: account?.validFrom }, afterEnds: ends });
        } else {
          ends += 1;
          if (what === 'end') await endEverySignIn(process, id);
          else if (what === 'end-twice-at-once') await Promise.all([endEverySignIn(process, id), endEverySignIn(world, id)]);
          else {
            await lockAccount(process, id, own);
            await unlockAccount(process, id, 'test');
          }
        }
        const account = await world.directory.get(id);
        if (account === undefined) throw new TypeError('no account');
        for (const { method, afterEnds } of proven) expect(isEnded(account, method)).toBe(afterEnds < ends);
      }
    }),
    { numRuns: 200 },
  );
});

it('an end of a version before, which only sets the time, ends what this version granted too', async () => {
  const before = await world.directory.get(id);
  await world.store.patch(accounts, id, {}, { set: { validFrom: world.clock.now() - 90_000 } });
  const after = await world.directory.get(id);
  if (before === undefined || after === undefined) throw new TypeError('no account');
  expect(isEnded(after, { at: epochSeconds(world.clock), under: before.validFrom })).toBe(true);
});
