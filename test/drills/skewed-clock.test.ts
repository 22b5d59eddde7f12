import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endEverySignIn } from '#src/accounts/locks.ts';
import { tokens as keptTokens } from '#src/oidc/collections.ts';
import { createVirtualPhone, enrolPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { type Balancer, startBalancer } from '#test/support/balancer.ts';
import { lostOrDoubled, summaryOf } from '#test/support/drill-verdict.ts';
import { type DrillWorld, openDrillWorld } from '#test/support/drill-world.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { qrOf, refusalOf } from '#test/support/phone-world.ts';
import { runSenid } from '#test/support/run-senid.ts';
import { freeAddress, type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { type Ledger, startSignIns } from '#test/support/sign-in-load.ts';

const shifted = new URL('../support/shifted-clock-child.ts', import.meta.url).href;
const offBy = [90_000, -90_000] as const;
const off = (ms: number) => ({ NODE_OPTIONS: `--import=${shifted}`, CLOCK_SHIFT_MS: String(ms) });

describe.runIf(canRunMongod())('a process whose clock is 90 s off beside one that is right', () => {
  let set: ReplicaSet;
  let balancer: Balancer;
  let world: DrillWorld;
  let right: ServeProcess;
  let rightPort: number;
  const wrong = new Map<number, { readonly serve: ServeProcess; readonly port: number }>();

  beforeAll(async () => {
    set = await startReplicaSet(3);
    balancer = await startBalancer();
    world = await openDrillWorld({ environment: { SENID_STORE: set.uri('senid'), SENID_ISSUER: balancer.address } });
    const start = async (more: Record<string, string>) => {
      const { SENID_PORT } = await freeAddress();
      return { serve: await startServe({ ...world.environment, ...more, SENID_PORT }), port: Number(SENID_PORT) };
    };
    ({ serve: right, port: rightPort } = await start({}));
    for (const ms of offBy) wrong.set(ms, await start(off(ms)));
    for (const { serve } of wrong.values()) serve.signal('SIGUSR2');
  });
  afterAll(async () => {
    await Promise.all([right, ...[...wrong.values()].map(({ serve }) => serve)].map((serve) => serve?.end()));
    await world?.close();
    await balancer?.stop();
    await set?.stop();
  });
  const wrongPort = (ms: number): number => wrong.get(ms)?.port ?? 0;

  it('is told by /readyz within half a minute, and by the numbers, so that nothing new begins with it; the others go on', async () => {
    const ready = async (port: number) => {
      const response = await fetch(`http://localhost:${port}/readyz`);
      return { status: response.status, body: (await response.json()) as unknown };
    };
    const ahead = async (port: number): Promise<number> => {
      const text = await (await fetch(`http://localhost:${port}/metrics`)).text();
      return Number(/^senid_clock_ahead_seconds (\S+)$/m.exec(text)?.[1]);
    };
    for (const ms of offBy) {
      const off = { status: 503, body: { status: 'unavailable', code: 'clock_off' } };
      await expect.poll(() => ready(wrongPort(ms)), { timeout: 30_000 }).toEqual(off);
      expect(Math.abs((await ahead(wrongPort(ms))) - ms / 1000)).toBeLessThan(5);
    }
    expect(await ready(rightPort)).toEqual({ status: 200, body: { status: 'ready' } });
    expect(Math.abs(await ahead(rightPort))).toBeLessThan(5);
  }, 60_000);

  it.each(offBy)(
    '%i ms: it does not start, and doctor says why and what to do',
    async (ms) => {
      const environment = { ...world.environment, ...off(ms), CLOCK_SHIFT_FROM: 'start' };
      const started = await runSenid(['serve', '--json'], { ...environment, SENID_PORT: '0' });
      expect(started).toMatchObject({ code: 1, json: { code: 'clock_off', detail: expect.stringContaining('set it by NTP') } });
      const { code, json } = await runSenid(['doctor', '--json'], environment);
      expect(code).toBe(1);
      expect((json as { ok: boolean }[]).find(({ ok }) => !ok)).toMatchObject({
        check: "the store's clock",
        says: expect.stringMatching(
          ms > 0 ? /^the clock of this machine is (89|90)\.\d s ahead of the store's/ : /(89|90)\.\d s behind/,
        ),
      });
    },
    30_000,
  );

  it('doctor says how far a clock is off that is right', async () => {
    const { code, json } = await runSenid(['doctor', '--json'], world.environment);
    expect([code, json]).toEqual([
      0,
      expect.arrayContaining([
        { check: "the store's clock", ok: true, says: expect.stringMatching(/^this one is 0\.\d s (ahead of|behind) it$/) },
      ]),
    ]);
  }, 30_000);

  /** What was refused, and how: the routes with their statuses and codes. */
  function refusals({ troubles }: Ledger): Record<string, number> {
    const kinds: Record<string, number> = {};
    for (const { where, status, detail } of troubles) {
      const kind = `${where.replace('authorization_code', 'code')} ${status} ${/"error":"(\w+)"/.exec(detail)?.[1] ?? detail}`;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    return kinds;
  }

  it.each(offBy)(
    '%i ms: sign-ins that meet both work or are refused; none fails as a fault, nothing works twice',
    async (ms) => {
      let requests = 0;
      balancer.route(() => (requests++ % 2 === 0 ? rightPort : wrongPort(ms)));
      const load = startSignIns(world, { byPassword: 4, byPhone: 1 });
      await load.more(8, 30_000);
      await expect.poll(() => load.ledger.requests, { timeout: 20_000 }).toBeGreaterThan(250);
      const ledger = await load.stop();
      console.info(summaryOf(`clock off by ${ms / 1000} s`, ledger, JSON.stringify(refusals(ledger))));
      expect(ledger.troubles.filter(({ status }) => status === 0 || status >= 500)).toEqual([]);
      expect(await lostOrDoubled(world, ledger)).toEqual([]);
    },
    60_000,
  );

  it.each(offBy)('%i ms: a QR of one is refused when it is scanned through the other', async (ms) => {
    const { code } = await world.application.enrolmentCodes.issue(world.nextPhonePerson().account, { vouched: true });
    balancer.route(() => rightPort);
    const phone: VirtualPhone = createVirtualPhone(await enrolPhone(world.issuer, code));
    for (const [shows, scans] of [
      [rightPort, wrongPort(ms)],
      [wrongPort(ms), rightPort],
    ] as const) {
      balancer.route(() => shows);
      const page = await new FormBrowser().open(world.nextService().authorize().url);
      balancer.route(() => scans);
      expect(await refusalOf(phone.scan(qrOf(page)))).toMatch(/^qr_(expired|invalid)$/);
    }
  });

  it.each(offBy)('%i ms: what one issues does not outlive the end of everything by another', async (ms) => {
    const { account, idNumber: id_number } = world.nextPerson();
    const service = world.nextService();
    const browser = new FormBrowser();
    balancer.route(() => wrongPort(ms));
    const { tokens } = await service.signIn(browser, { id_number, password: world.password }, { scope: 'openid offline_access' });
    expect(await service.userinfo(tokens)).toHaveProperty('sub');
    await endEverySignIn(world.application, account);
    const refreshed = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '', client_id: service.id };
    for (const port of [rightPort, wrongPort(ms)]) {
      balancer.route(() => port);
      expect(await service.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
      expect((await service.post('/token', refreshed)).status).toBe(400);
      const silent = await browser.open(service.authorize({ prompt: 'none' }).url, {}, service.redirectUri);
      expect(silent.url).toContain('error=login_required');
    }
    // and nobody has to wait for a clock to sign in again
    balancer.route(() => wrongPort(ms));
    const again = await service.signIn(browser, { id_number, password: world.password });
    balancer.route(() => rightPort);
    expect(await service.userinfo(again.tokens)).toHaveProperty('sub');
  });

  it.each(offBy)('%i ms: what one issues lives at most 90 s longer than it should', async (ms) => {
    balancer.route(() => wrongPort(ms));
    const load = startSignIns(world, { byPassword: 1, byPhone: 0 });
    await load.more(2);
    await load.stop();
    const kept = await world.application.store.scan(keptTokens, { limit: 2000 });
    const lifeMs = ({ payload, expiresAt }: (typeof kept)[number]) => [payload['kind'] as string, expiresAt - Date.now()] as const;
    const longest = { AuthorizationCode: 60_000, AccessToken: 3600_000, RefreshToken: 30 * 86_400_000 };
    for (const [kind, left] of kept.map(lifeMs))
      expect(left, kind).toBeLessThanOrEqual(longest[kind as keyof typeof longest] + 90_000 + 1000);
  });
});
