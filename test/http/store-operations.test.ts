import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};
/** What the OpenID adapter keeps; the rest is accounts, credentials and consent. */
const protocolCollections = new Set(['interactions', 'sessions', 'grants', 'tokens', 'replays']);

let provider: TestProvider;
/** Work of the background that happens to fall into a sign-in. */
const background = new Set(['leases', 'outbox']);

let rp: Service;
let calls: { operation: string; collection: string }[] = [];
/** How often something had to be waited for: calls that were under way together are one wait. */
let waits = 0;
let underWay = 0;

beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  rp = await Service.register(provider, 'rp');
  const { store } = provider.application;
  for (const operation of ['get', 'getMany', 'find', 'scan', 'insert', 'upsert', 'patch', 'amend', 'remove', 'commit'] as const) {
    const real = store[operation].bind(store) as (...given: unknown[]) => Promise<unknown>;
    (store as unknown as Record<string, unknown>)[operation] = (...given: unknown[]) => {
      const { name: collection = '' } = given[0] as { name?: string };
      if (background.has(collection)) return real(...given);
      calls.push({ operation, collection });
      if (underWay === 0) waits += 1;
      underWay += 1;
      return real(...given).finally(() => {
        underWay -= 1;
      });
    };
  }
});
afterAll(() => provider.stop());

const counted = (): { protocol: number; all: number; list: string } => {
  const list = calls.map(({ operation, collection }) => `${operation} ${collection}`);
  const protocol = calls.filter(({ collection }) => protocolCollections.has(collection)).length;
  return { protocol, all: calls.filter(({ collection }) => collection !== 'clients').length, list: list.join('\n') };
};

describe('store operations of one sign-in, from the authorization request to the tokens', () => {
  it('a first one with password and consent takes at most 13 of the OpenID adapter, a single-sign-on one at most 7', async () => {
    const browser = new FormBrowser();
    calls = [];
    waits = 0;
    const { status } = await rp.signIn(browser, lan, { scope: 'openid profile' }, ['name']);
    expect(status).toBe(200);
    const first = counted();
    expect(first.protocol, first.list).toBeLessThanOrEqual(13);
    expect(first.all, first.list).toBeLessThanOrEqual(30);

    expect(waits, first.list).toBeLessThanOrEqual(28);

    calls = [];
    waits = 0;
    await rp.signIn(browser, lan, { scope: 'openid profile' });
    const again = counted();
    expect(waits, again.list).toBeLessThanOrEqual(7);
    expect(again.protocol, again.list).toBeLessThanOrEqual(7);
    expect(again.all, again.list).toBeLessThanOrEqual(10);
  });

  it('the use of a token waits twice: for the token, then for all that says whether it still holds', async () => {
    const { tokens } = await rp.signIn(new FormBrowser(), lan, { scope: 'openid profile' }, ['name']);
    calls = [];
    waits = 0;
    expect(await rp.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(counted().all, counted().list).toBe(4);
    expect(waits, counted().list).toBe(2);
  });
});
