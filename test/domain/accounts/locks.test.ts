import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { accounts } from '#src/accounts/collections.ts';
import { lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type AccountWorld, lan, openAccountWorld } from '#test/support/account-world.ts';

let world: AccountWorld;
let id: AccountId;
beforeEach(async () => {
  world = await openAccountWorld();
  id = await world.addPerson(lan);
});
afterEach(() => world.close());

const lockNow = async () => (await world.directory.get(id))?.lock;
const eventTypes = async () => (await listAccountEvents(world.store, id)).map(({ type }) => type);
const bySelf = { ground: 'own-request', by: 'self' } as const;
const byAuthority = { ground: 'authority-request', by: 'authority', reason: 'letter 7' } as const;

describe('a lock', () => {
  it('ends what was issued before, and so does the unlock', async () => {
    const lockedAt = world.clock.now();
    await lockAccount(world, id, bySelf);
    expect(await world.directory.get(id)).toMatchObject({ lock: { ...bySelf, at: lockedAt }, validFrom: lockedAt });
    world.clock.advance(60_000);
    await unlockAccount(world, id, 'at the desk');
    expect(await world.directory.get(id)).toMatchObject({ lock: undefined, validFrom: lockedAt + 60_000 });
    expect(await eventTypes()).toEqual(['locked', 'unlocked']);
  });

  it('can be repeated without another event or a later date', async () => {
    await lockAccount(world, id, bySelf);
    const first = await lockNow();
    world.clock.advance(1000);
    await lockAccount(world, id, bySelf);
    expect(await lockNow()).toEqual(first);
    expect(await eventTypes()).toEqual(['locked']);
  });

  it("of an authority takes the place of the holder's own, and is not weakened by it, in whatever order they come", async () => {
    await lockAccount(world, id, bySelf);
    await lockAccount(world, id, byAuthority);
    expect(await lockNow()).toMatchObject(byAuthority);
    await lockAccount(world, id, bySelf);
    expect(await lockNow()).toMatchObject(byAuthority);
  });

  it("of an authority is not lost when the holder's own comes in the same moment", async () => {
    await Promise.all([
      lockAccount(world, id, bySelf),
      lockAccount(world, id, byAuthority),
      lockAccount(world, id, bySelf),
      lockAccount(world, id, byAuthority),
    ]);
    expect(await lockNow()).toMatchObject(byAuthority);
  });

  it('that is not there cannot be ended: an unlock changes nothing and signs nobody out', async () => {
    const before = await world.store.get(accounts, id);
    world.clock.advance(1000);
    await unlockAccount(world, id, 'by mistake');
    expect(await world.store.get(accounts, id)).toEqual(before);
    expect(await eventTypes()).toEqual([]);
  });

  it('needs an account', async () => {
    const nobody = 'nobody' as AccountId;
    await expect(lockAccount(world, nobody, bySelf)).rejects.toMatchObject({ code: 'account_not_found' });
    await expect(unlockAccount(world, nobody, 'x')).rejects.toMatchObject({ code: 'account_not_found' });
  });
});
