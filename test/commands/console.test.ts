import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { lockAccount } from '#src/accounts/locks.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { rolesOf } from '#src/staff/staff-roles.ts';
import { lan } from '#test/support/phone-world.ts';
import { runSenid } from '#test/support/run-senid.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

let provider: TestProvider;
let owner: AccountId;
beforeAll(async () => {
  provider = await startProvider();
  owner = await provider.addPerson(lan);
  await Service.register(provider, 'shop');
});
afterAll(() => provider.stop());

const senid = (...args: readonly string[]) =>
  runSenid(['console', ...args, '--json'], {
    SENID_PROFILE: 'test',
    SENID_ISSUER: provider.issuer,
    SENID_DATA_DIR: provider.dataDir,
  });
const roles = () => rolesOf(provider.application.store, owner);

describe('senid console', { timeout: 30_000 }, () => {
  it('gives and takes roles with a reason that the person can read', async () => {
    expect(await senid('grant', lan.id_number, '--role', 'reviewer')).toMatchObject({ code: 1, json: { code: 'reason_missing' } });
    expect(await roles()).toEqual([]);
    const granted = await senid('grant', lan.id_number, '--role', 'reviewer', '--reason', 'new in the team', '--as', 'hung');
    expect(granted.json).toEqual({ account: owner, roles: ['reviewer'] });
    expect((await senid('list')).json).toMatchObject([{ account: owner, roles: ['reviewer'] }]);
    expect((await senid('revoke', lan.id_number, '--role', 'reviewer', '--reason', 'left')).json).toMatchObject({ roles: [] });
    expect((await senid('list')).json).toEqual([]);
    const events = await listAccountEvents(provider.application.store, owner);
    expect(events.map(({ type, data }) => [type, data])).toMatchObject([
      ['role-granted', { role: 'reviewer', by: 'operator:hung', reason: 'new in the team' }],
      ['role-revoked', { role: 'reviewer', reason: 'left' }],
    ]);
  });

  it('gives a manager named services, and takes them away again', async () => {
    await senid('grant', lan.id_number, '--role', 'manager', '--service', 'shop', '--reason', 'hers');
    expect((await provider.application.registry.managers('shop')).managers).toContain(`person:${owner}`);
    expect((await provider.application.registry.managedBy(`person:${owner}`)).map(({ client_id: id }) => id)).toEqual(['shop']);
    await senid('revoke', lan.id_number, '--role', 'manager', '--service', 'shop', '--reason', 'no longer');
    expect((await provider.application.registry.managers('shop')).managers).not.toContain(`person:${owner}`);
    expect(await roles()).toEqual(['manager']);
    expect(await senid('grant', lan.id_number, '--role', 'reviewer', '--service', 'shop', '--reason', 'x')).toMatchObject({
      code: 1,
      json: { code: 'staff_role_unknown' },
    });
    expect(await roles()).toEqual(['manager']);
  });

  it('gives none to who is not there, is of level 1, or is locked', async () => {
    const young = { ...lan, id_number: '000195000055', phone: '0912000055', identity_level: 1 };
    const locked = { ...lan, id_number: '000195000056', phone: '0912000056' };
    await provider.addPerson(young);
    await lockAccount(provider.application, await provider.addPerson(locked), { ground: 'own-request', by: 'self' });
    for (const [number, code] of [
      ['000195000057', 'account_not_found'],
      [young.id_number, 'staff_account_unsuitable'],
      [locked.id_number, 'staff_account_unsuitable'],
    ] as const)
      expect(await senid('grant', number, '--role', 'operator', '--reason', 'x')).toMatchObject({ code: 1, json: { code } });
    expect((await senid('grant', lan.id_number, '--role', 'king', '--reason', 'x')).code).toBe(2);
  });
});
