import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { endingsFor } from '#src/accounts/service-endings.ts';
import { type Application, compose } from '#src/compose.ts';
import { withdrawConsent } from '#src/consent/withdraw-consent.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Engines, engineNames, startEngines } from '#test/support/engines.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service, type Tokens } from '#test/support/service.ts';

const lan = {
  id_number: '000190000001',
  name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000001',
  identity_level: 2,
  password: 'sen hong 2026',
};
const scope = 'openid profile offline_access';
const self = { by: 'self' } as const;

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 120_000);
afterAll(() => engines.stop());

describe.each(engineNames)('a withdrawal in another process, on %s', (engine) => {
  let provider: TestProvider;
  /** A process that shares the store and serves nobody. */
  let other: Application;
  let rp: Service;
  let owner: AccountId;
  beforeAll(async () => {
    const place = engines.newPlace(engine);
    provider = await startProvider({ environment: { SENID_STORE: place } });
    other = await compose(
      loadSettings({
        SENID_PROFILE: 'test',
        SENID_ISSUER: provider.issuer,
        SENID_STORE: place,
        SENID_DATA_DIR: provider.dataDir,
      }),
    );
    owner = await provider.addPerson(lan);
    rp = await Service.register(provider, 'rp', { grant_types: ['authorization_code', 'refresh_token'] });
  }, 60_000);
  afterAll(async () => {
    await other.close();
    await provider.stop();
  });

  const isAlive = async (tokens: Tokens): Promise<boolean> => 'sub' in (await rp.userinfo(tokens));
  const refresh = async (tokens: Tokens) =>
    rp.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' });

  it('is in force at the next use of every token', async () => {
    const { tokens } = await rp.signIn(new FormBrowser(), lan, { scope }, ['name']);
    expect(await rp.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    await withdrawConsent(other, { id: owner }, { clientId: 'rp' }, self);
    expect(await isAlive(tokens)).toBe(false);
    expect((await refresh(tokens)).status).toBe(400);
  });

  it('leaves no token alive that was being granted at that moment', async () => {
    let refused = 0;
    for (let delay = 0; delay < 14; delay += 1) {
      const browser = new FormBrowser();
      await rp.signIn(browser, lan, { scope }, ['name']);
      const { url, verifier } = rp.authorize({ scope });
      const coming = browser.open(url, {}, rp.redirectUri).then(async (page) => {
        if (!page.url.includes('code=')) return undefined;
        const { status, tokens } = await rp.redeem(page, verifier);
        return status === 200 ? tokens : undefined;
      });
      await new Promise((resolve) => setTimeout(resolve, delay));
      await withdrawConsent(other, { id: owner }, { clientId: 'rp' }, self);
      const tokens = await coming;
      if (tokens === undefined) refused += 1;
      else expect(await isAlive(tokens), `after ${delay} ms`).toBe(false);
    }
    // at least one came too late for a code, so that the moments were spread over the whole way
    expect(refused).toBeGreaterThan(0);
  });

  it('of several services at the same moment ends each of them', async () => {
    const services = await Promise.all(Array.from({ length: 6 }, (_, n) => Service.register(provider, `many-${n}`)));
    const held: Tokens[] = [];
    for (const service of services)
      held.push((await service.signIn(new FormBrowser(), lan, { scope: 'openid profile' }, ['name'])).tokens);
    await Promise.all(
      services.map(({ id }, n) =>
        withdrawConsent(n % 2 === 0 ? other : provider.application, { id: owner }, { clientId: id }, self),
      ),
    );
    const answers = await Promise.all(services.map((service, n) => service.userinfo(held[n] as Tokens)));
    expect(answers.map(({ error }) => error)).toEqual(services.map(() => 'invalid_token'));
    const account = await provider.application.accounts.get(owner);
    for (const { id } of services) expect(account && endingsFor(account, id, 'sign-in')).toBe(1);
  });

  it('is written once of many at the same moment, and a decision in between is not withdrawn with it', async () => {
    await rp.signIn(new FormBrowser(), lan, { scope }, ['name']);
    await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        withdrawConsent(n % 2 === 0 ? other : provider.application, { id: owner }, { clientId: 'rp' }, self),
      ),
    );
    const { tokens } = await rp.signIn(new FormBrowser(), lan, { scope }, ['name']);
    expect(await rp.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    await withdrawConsent(other, { id: owner }, { clientId: 'rp', claim: 'name' }, self);
    expect(await rp.userinfo(tokens)).not.toHaveProperty('name');
    expect(await isAlive(tokens)).toBe(true);
  });
});
