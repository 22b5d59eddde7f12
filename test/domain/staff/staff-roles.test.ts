import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '#src/accounts/account.ts';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { accountOfActor, grantRole, listStaff, personActorId, revokeRole, rolesOf } from '#src/staff/staff-roles.ts';
import { type ClientWorld, openClientWorld } from '#test/support/client-world.ts';

const account = { id: 'a1' as AccountId, identityLevel: 2, lock: undefined } as Account;
const change = { role: 'reviewer', by: 'operator:lan', reason: 'new' } as const;

let world: ClientWorld;
beforeEach(async () => {
  world = await openClientWorld();
});
afterEach(() => world.close());

describe('roles of people', () => {
  it('are each written once, however often and however many at once are given', async () => {
    await Promise.all(
      ['reviewer', 'manager', 'reviewer', 'operator'].map((role) =>
        grantRole(world, account, { ...change, role: role as 'reviewer' }),
      ),
    );
    expect(await rolesOf(world.store, account.id)).toEqual(['manager', 'operator', 'reviewer']);
    expect(await listAccountEvents(world.store, account.id)).toHaveLength(3);
  });

  it('are taken away once, also from who has none', async () => {
    await grantRole(world, account, change);
    world.clock.advance(1000);
    await Promise.all([1, 2, 3].map(() => revokeRole(world, account.id, change)));
    await revokeRole(world, 'nobody' as AccountId, change);
    expect(await listStaff(world.store)).toEqual([]);
    expect((await listAccountEvents(world.store, account.id)).map(({ type }) => type)).toEqual(['role-granted', 'role-revoked']);
    expect(await listAccountEvents(world.store, 'nobody' as AccountId)).toEqual([]);
  });

  it('name their person in the histories of services, and nobody else', () => {
    expect(accountOfActor(personActorId(account.id))).toBe(account.id);
    for (const other of ['operator:lan', 'client:desk/lan', 'person:', 'x person:a1'])
      expect(accountOfActor(other)).toBeUndefined();
  });
});
