import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { acrValues } from '#config/acr.ts';
import type { Actor } from '#src/clients/actor.ts';
import { clients } from '#src/clients/collections.ts';
import { simulatedErrors, simulatedOutcomes } from '#src/clients/simulation.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const developer: Actor = { id: 'person:dev', roles: ['manager'], via: 'console' };
const reviewer: Actor = { id: 'person:other', roles: ['reviewer'], via: 'console' };
/** Somebody who exists: their number is outside the invented range. */
const real = { ...lan, id_number: '001190000001', phone: '0912000009' };

const clock = new MovingClock();
let provider: TestProvider;
let shop: Service;
let open: Service;
beforeAll(async () => {
  provider = await startProvider({ clock, environment: { SENID_OPEN_REGISTRATION: 'true' } });
  await provider.addPerson(lan);
  await provider.addPerson(real);
  shop = await sandboxService('shop');
  open = await Service.register(provider, 'open');
});
afterAll(() => provider.stop());
afterEach(async () => {
  clock.reset();
  await provider.application.registry.simulate('shop', developer, { outcome: undefined });
});

/** A service that its developer has put into the sandbox alone, as registration is open here. */
async function sandboxService(id: string): Promise<Service> {
  const { registry } = provider.application;
  const made = await registry.propose(
    {
      client_id: id,
      client_name: id,
      class: 'private',
      redirect_uris: [`http://localhost:9/${id}/callback`],
      id_token_signed_response_alg: 'ES256',
      allowed_claims: ['name'],
    },
    developer,
    { isNew: true },
  );
  const known = await Service.register(provider, `${id}-pattern`);
  return Object.assign(Object.create(Object.getPrototypeOf(known)), {
    provider,
    id,
    redirectUri: `http://localhost:9/${id}/callback`,
    secret: made.client_secret,
  }) as Service;
}

const force = (outcome: string | undefined, id = 'shop') => provider.application.registry.simulate(id, developer, { outcome });

/** What the service is answered at its redirect address. */
async function answerOf(service: Service, params = {}): Promise<URLSearchParams> {
  const page = await new FormBrowser().open(service.authorize(params).url, {}, service.redirectUri);
  return new URL(page.url).searchParams;
}

/** A code of a whole sign-in, unredeemed. */
async function codeFor(service: Service, person = lan) {
  const browser = new FormBrowser();
  const { url, verifier } = service.authorize();
  let page = await browser.press(
    await browser.open(url),
    'continue',
    { id_number: person.id_number, password: person.password },
    service.redirectUri,
  );
  if (page.html.includes('value="approve"')) page = await browser.press(page, 'approve', {}, service.redirectUri);
  return { page, verifier };
}

describe('an outcome that the developer of a service in the sandbox has forced', () => {
  it.each(simulatedErrors)('%s comes back at once, with state and issuer', async (error) => {
    await force(error);
    const request = shop.authorize();
    const page = await new FormBrowser().open(request.url, {}, shop.redirectUri);
    const answer = new URL(page.url).searchParams;
    expect([answer.get('error'), answer.get('state'), answer.get('iss')]).toEqual([error, request.state, provider.issuer]);
    expect(answer.get('error_description')).toContain('simulated');
    expect(answer.get('code')).toBeNull();
  });

  it('a fault of the token endpoint is a 500, and the code is good once more when it is over', async () => {
    const { page, verifier } = await codeFor(shop);
    await force('token_server_error');
    const failed = await shop.redeem(page, verifier);
    expect([failed.status, (failed.tokens as unknown as { error: string }).error]).toEqual([500, 'server_error']);
    await force(undefined);
    await expect.poll(async () => (await shop.redeem(page, verifier)).status, { timeout: 8000 }).toBe(200);
  });

  it('a slow token endpoint answers nothing for longer than a library waits', async () => {
    const { page, verifier } = await codeFor(shop);
    await force('token_slow');
    const answer = await Promise.race([
      shop.redeem(page, verifier),
      new Promise((resolve) => setTimeout(resolve, 1500, 'nothing yet')),
    ]);
    expect(answer).toBe('nothing yet');
  });

  it('a code that is over is invalid_grant, and stays so', async () => {
    const { page, verifier } = await codeFor(shop);
    await force('code_expired');
    const refused = await shop.redeem(page, verifier);
    expect([refused.status, (refused.tokens as unknown as { error: string }).error]).toEqual([400, 'invalid_grant']);
    await force(undefined);
    expect((await shop.redeem(page, verifier)).status).toBe(400);
  });

  it('a locked account gives no tokens, and the ones there are die', async () => {
    const { tokens } = await shop.signIn(new FormBrowser(), lan);
    expect((await shop.userinfo(tokens))['sub']).toBeDefined();
    const { page, verifier } = await codeFor(shop);
    await force('account_locked');
    expect((await shop.redeem(page, verifier)).status).toBe(400);
    expect((await shop.userinfo(tokens))['error']).toBe('invalid_token');
  });

  it.each(acrValues)('a token says %s after a password alone', async (acr) => {
    await force(acr);
    const { claims, tokens } = await shop.signIn(new FormBrowser(), lan);
    expect(claims?.['acr']).toBe(acr);
    expect(claims?.['auth_time']).toBeGreaterThan(1_700_000_000);
    expect((await shop.userinfo(tokens))['sub']).toBe(claims?.sub);
  });

  it('is forgotten after an hour', async () => {
    await force('access_denied');
    expect((await answerOf(shop)).get('error')).toBe('access_denied');
    clock.advance(3600_000);
    expect((await answerOf(shop, { prompt: 'none' })).get('error')).toBe('login_required');
  });

  it('stands in the history of the service', async () => {
    await force('access_denied');
    const last = (await provider.application.registry.history('shop')).at(-1);
    expect(last).toMatchObject({
      action: 'simulate',
      by: developer.id,
      changes: [{ member: 'simulation', after: 'access_denied' }],
    });
  });

  it('is one of those that there are', async () => {
    await expect(force('everything_at_once')).rejects.toMatchObject({ code: 'simulation_unknown' });
  });
});

describe('what a forced outcome never reaches', () => {
  it('is not chosen by somebody who does not manage the service', async () => {
    const stranger: Actor = { ...developer, id: 'person:stranger' };
    await expect(provider.application.registry.simulate('shop', stranger, { outcome: 'access_denied' })).rejects.toMatchObject({
      code: 'service_role_missing',
    });
  });

  it.each(simulatedOutcomes)('a service in production, even where %s has come into its document', async (outcome) => {
    await expect(
      provider.application.registry.simulate('open', { ...developer, roles: ['operator'] }, { outcome }),
    ).rejects.toMatchObject({ code: 'service_state_wrong' });
    const { store, signals } = provider.application;
    const before = await store.get(clients, 'open');
    await store.patch(
      clients,
      'open',
      {},
      { set: { simulation: { outcome, until: clock.now() + 3600_000 }, updatedAt: (before?.updatedAt ?? 0) + 1 } },
    );
    await signals.send('*', 'client', { clientId: 'open' });
    await expect.poll(async () => (await provider.application.clients.find('open'))?.client.simulation?.outcome).toBe(outcome);
    const { status, claims, tokens } = await open.signIn(new FormBrowser(), lan);
    expect([status, claims?.['acr']]).toEqual([200, 'urn:senid:acr:id2-auth1']);
    expect((await open.userinfo(tokens))['sub']).toBe(claims?.sub);
  });

  it('does not go along when the service is approved for production', async () => {
    const later = await sandboxService('later');
    await force('access_denied', 'later');
    expect((await answerOf(later)).get('error')).toBe('access_denied');
    const { registry, store } = provider.application;
    await registry.submit('later', developer);
    await registry.approve('later', reviewer);
    expect((await store.get(clients, 'later'))?.simulation).toBeUndefined();
    expect((await later.signIn(new FormBrowser(), lan)).status).toBe(200);
  });

  it('does not touch people who exist, whom the service named as its testers', async () => {
    await provider.application.registry.addTester('shop', developer, { idNumber: real.id_number, label: 'a tester' });
    await force('urn:senid:acr:id2-auth4');
    const { claims, tokens } = await shop.signIn(new FormBrowser(), real);
    expect(claims?.['acr']).toBe('urn:senid:acr:id2-auth1');
    await force('account_locked');
    expect((await shop.userinfo(tokens))['sub']).toBe(claims?.sub);
    await force('code_expired');
    const { page, verifier } = await codeFor(shop, real);
    expect((await shop.redeem(page, verifier)).status).toBe(200);
  });

  it('gives nobody a level that their account does not have', async () => {
    const level1 = { ...lan, id_number: '000195000077', phone: '0912000077', identity_level: 1 };
    await provider.addPerson(level1);
    await force('urn:senid:acr:id2-auth4');
    const { page, verifier } = await codeFor(shop, level1);
    expect((await shop.redeem(page, verifier)).status).toBe(400);
  });
});
