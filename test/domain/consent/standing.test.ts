import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '#src/clients/client.ts';
import { consentId, consents } from '#src/consent/collections.ts';
import { type ConsentWorld, clientWith, openConsentWorld } from '#test/support/consent-world.ts';

let world: ConsentWorld;
beforeAll(async () => {
  world = await openConsentWorld(1_000_000);
});
afterAll(() => world.close());

type Rules = Parameters<typeof clientWith>[1];
const words = (word: string): Rules => ({
  class: 'private',
  purposes: [{ id: 'account', vi: word, en: word }],
  allowedClaims: ['name', 'email'],
  legalBasis: [],
});
const register = (rules: Rules): Client => {
  const client = clientWith('shop', rules);
  world.registrations['shop'] = client;
  return client;
};
const scope = { scope: 'openid profile email' };
const released = async () => Object.keys(await world.release('shop', 'account', ['name', 'email']));

beforeEach(async () => {
  await world.store.remove(consents, consentId(world.id, 'shop'));
  register(words('A'));
});

describe('what a person decided about a service', () => {
  it('does not come back with earlier words, when they refused under others since', async () => {
    await world.answer('shop', scope, () => true);
    expect(await released()).toEqual(['name', 'email']);
    register(words('B'));
    expect(await released()).toEqual([]);
    await world.answer('shop', scope, () => false);
    register(words('A'));
    expect(await released()).toEqual([]);
    expect((await world.planOf('shop', scope)).plan.asked.map(({ name }) => name)).toEqual(['name', 'email']);
  });

  it('holds again when words return and nothing was decided in between', async () => {
    await world.answer('shop', scope, () => true);
    register(words('B'));
    register(words('A'));
    expect(await released()).toEqual(['name', 'email']);
  });

  it('is one claim less after its withdrawal, however often that is asked for, and all else stays', async () => {
    await world.answer('shop', scope, () => true);
    for (const _ of [1, 2]) await world.withdraw({ clientId: 'shop', claim: 'email' });
    expect(await released()).toEqual(['name']);
    const { withdrawals } = (await world.store.get(consents, consentId(world.id, 'shop'))) ?? {};
    expect(Object.keys(withdrawals ?? {})).toHaveLength(1);
    await expect(world.withdraw({ clientId: 'shop', claim: 'gender' })).rejects.toMatchObject({ code: 'consent_not_found' });
    await expect(world.withdraw({ clientId: 'other' })).rejects.toMatchObject({ code: 'consent_not_found' });
  });

  it('counts in receipts of a version that kept no words, until they are too old', async () => {
    const receipt = {
      at: world.clock.now(),
      until: world.clock.now() + 1000,
      purpose: 'account',
      granted: ['name'],
      refused: ['email'],
      informed: [],
      offlineAccess: false,
      acr: 'urn:senid:acr:id2-auth1',
      language: 'vi',
      method: 'browser',
      text: '2026-11',
    } as const;
    const id = consentId(world.id, 'shop');
    await world.store.insert(consents, { id, accountId: world.id, clientId: 'shop', receipts: { first: receipt } });
    expect(await released()).toEqual(['name']);
    await world.withdraw({ clientId: 'shop' });
    expect(await released()).toEqual([]);
  });
});
