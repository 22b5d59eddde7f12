import { join } from 'node:path';
import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Balancer, startBalancer } from '#test/support/balancer.ts';
import { type EngineName, type Engines, engineNames, startEngines } from '#test/support/engines.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { lan } from '#test/support/phone-world.ts';
import { runSenid } from '#test/support/run-senid.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service, type Tokens } from '#test/support/service.ts';

let engines: Engines;
let balancer: Balancer;
beforeAll(async () => {
  engines = await startEngines();
  balancer = await startBalancer();
});
afterAll(async () => {
  await balancer.stop();
  await engines.stop();
});

/** One process on SQLite, two on MongoDB. */
describe.each(engineNames)('keys that are rotated while %s serves', (engine: EngineName) => {
  const clock = new MovingClock();
  let processes: TestProvider[];
  let environment: Record<string, string>;
  let bank: Service;
  let shop: Service;

  beforeAll(async () => {
    environment = { SENID_STORE: engines.newPlace(engine), SENID_ISSUER: balancer.address };
    const one = await startProvider({ environment, clock });
    environment = { ...environment, SENID_KEY_FILE: join(one.dataDir, 'keys.json') };
    processes = engine === 'SQLite' ? [one] : [one, await startProvider({ environment, clock })];
    let requests = 0;
    balancer.route(() => processes[requests++ % processes.length]?.port ?? 0);
    await one.addPerson(lan);
    bank = await Service.register(one, 'bank', { grant_types: ['authorization_code', 'refresh_token'] });
    shop = await Service.register(one, 'shop', { id_token_signed_response_alg: 'RS256' });
  });
  afterAll(async () => {
    for (const each of processes.toReversed()) await each.stop();
  });

  const jwksOf = async ({ port }: TestProvider): Promise<JSONWebKeySet> =>
    (await (await fetch(`http://localhost:${port}/jwks`)).json()) as JSONWebKeySet;
  const published = async (): Promise<string[][]> =>
    Promise.all(processes.map(async (each) => (await jwksOf(each)).keys.map(({ kid }) => String(kid)).sort()));
  const kidOf = (tokens: Tokens): string => String(decodeProtectedHeader(tokens.id_token).kid);
  const holds = async (tokens: Tokens): Promise<boolean> => {
    for (const each of processes)
      await jwtVerify(tokens.id_token, createLocalJWKSet(await jwksOf(each)), { issuer: balancer.address, audience: 'bank' });
    return true;
  };
  const kidsNow = async (): Promise<string[]> => {
    const kids = [];
    for (const service of [bank, shop])
      for (let n = 0; n < 2; n += 1) kids.push(kidOf((await service.signIn(new FormBrowser(), lan)).tokens));
    return [...new Set(kids)].sort();
  };
  const soon = { timeout: 20_000, interval: 100 };

  it('are published everywhere, sign when their time has come, and what was signed before stays valid', async () => {
    const browser = new FormBrowser();
    const before = await bank.signIn(browser, lan, { scope: 'openid offline_access' });
    const old = (await published())[0] as string[];
    expect(await kidsNow()).toEqual(old);

    const run = () => runSenid(['keys', 'rotate', '--json'], { SENID_PROFILE: 'test', ...environment });
    expect(await run()).toMatchObject({ code: 0, json: { rotated: true } });
    expect(await run()).toMatchObject({ code: 0, json: { rotated: false } });
    await expect.poll(async () => (await published()).map((kids) => kids.length), soon).toEqual(processes.map(() => 4));
    const all = (await published())[0] as string[];
    expect(new Set((await published()).map((kids) => kids.join())).size).toBe(1);
    const fresh = all.filter((kid) => !old.includes(kid));
    // nobody may meet a signature before its key
    expect(await kidsNow()).toEqual(old);

    clock.advance(3600_000);
    await expect.poll(kidsNow, soon).toEqual(fresh.sort());
    expect((await published()).map((kids) => kids.length)).toEqual(processes.map(() => 4));
    expect(await holds(before.tokens)).toBe(true);
    const refreshed = await bank.post('/token', { grant_type: 'refresh_token', refresh_token: before.tokens.refresh_token ?? '' });
    expect(refreshed.status).toBe(200);
    const after = (await refreshed.json()) as Tokens;
    expect(fresh).toContain(kidOf(after));
    expect(await holds(after)).toBe(true);
    const hinted = await browser.open(`${balancer.address}/session/end?id_token_hint=${before.tokens.id_token}`);
    expect(hinted.html).toContain('value="continue"');

    clock.advance(30 * 86_400_000);
    await expect.poll(published, soon).toEqual(processes.map(() => fresh));
  }, 60_000);

  it('keep a sign-in that began before the keys changed', async () => {
    const before = await kidsNow();
    expect(await processes[0]?.application.signingKeys.rotate()).toBe(true);
    await expect.poll(async () => (await published()).map((kids) => kids.length), soon).toEqual(processes.map(() => 4));
    clock.advance(3600_000);
    const browser = new FormBrowser();
    const { url, verifier } = bank.authorize({ prompt: 'login' });
    const form = await browser.open(url);
    await expect.poll(async () => (await kidsNow()).some((kid) => before.includes(kid)), soon).toBe(false);
    const back = await browser.press(form, 'continue', { id_number: lan.id_number, password: lan.password }, bank.redirectUri);
    const { status, tokens } = await bank.redeem(back, verifier);
    expect(status).toBe(200);
    expect(await holds(tokens)).toBe(true);
  }, 30_000);
});
