import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { approvals } from '#src/approvals/collections.ts';
import { askPerson } from '#src/backchannel/ask-person.ts';
import type { Actor } from '#src/clients/actor.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, type VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, endPauses, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import { type Engines, engineNames, startEngines } from '#test/support/engines.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { lan, refusalOf } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const times = <Result>(count: number, work: (at: number) => Promise<Result>): Promise<PromiseSettledResult<Result>[]> =>
  Promise.allSettled(Array.from({ length: count }, (_, at) => work(at)));
const valuesOf = <Result>(settled: readonly PromiseSettledResult<Result>[]): Result[] =>
  settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
const codesOf = (settled: readonly PromiseSettledResult<unknown>[]): unknown[] =>
  settled.flatMap((each) => (each.status === 'rejected' ? [(each.reason as { code?: unknown }).code ?? each.reason] : []));

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 120_000);
afterAll(() => engines.stop());

describe.each(engineNames)('many at the same moment, on %s', (engine) => {
  let provider: TestProvider;
  let owner: AccountId;
  let bank: FapiService;
  let phone: VirtualPhone;
  const newPhone = async () => {
    const { code } = await provider.application.enrolmentCodes.issue(owner, { vouched: true });
    return createVirtualPhone(await enrolPhone(provider.issuer, code));
  };
  beforeAll(async () => {
    provider = await startProvider({ environment: { SENID_STORE: engines.newPlace(engine) } });
    owner = await provider.addPerson(lan);
    bank = await registerBackchannelService(provider, 'bank', { allowed_claims: ['name'] });
    phone = await newPhone();
  }, 60_000);
  afterAll(() => provider.stop());
  beforeEach(() => endPauses(provider));

  const denyAll = async () => {
    for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
  };

  it('100 requests of one service bring one before the person, and those of five services three at most', async () => {
    const { application } = provider;
    const asking = (clientId: string, at: number) =>
      askPerson(application.backchannel, {
        authReqId: `${clientId}-${at}-${crypto.randomUUID()}`,
        accountId: owner,
        isReachable: true,
        request: { kind: 'sign-in', clientId, params: { scope: 'openid' }, requestedAt: Date.now() },
        livesMs: 60_000,
      });
    await times(100, (at) => asking('bank', at));
    const waiting = () => application.store.find(approvals, 'waiting', owner, { limit: 200 });
    expect((await waiting()).length).toBe(1);
    await times(100, (at) => asking(`bank-${at % 5}`, at));
    const now = await waiting();
    expect(now.length).toBeLessThanOrEqual(3);
    expect(new Set(now.map(({ clientId }) => clientId)).size).toBe(now.length);
    await asking('bank', 1000);
    for (const { id } of await waiting()) await application.store.patch(approvals, id, {}, { unset: ['waitsFor'] });
  });

  it('50 polls of one approval give one answer with tokens, and none takes the request from the others by a fault of its own', async () => {
    const asked = await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    await phone.decide(await phone.open((await phone.list())[0]?.id ?? ''), { decision: 'approve' });
    const answers = valuesOf(await times(50, () => poll(bank, asked.body['auth_req_id'])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status, body }) => status !== 200 && body['error'] !== 'invalid_grant')).toEqual([]);
  });

  it('20 answers of two phones to one request: one counts, the others hear that it is decided', async () => {
    const second = await newPhone();
    await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    const id = (await phone.list())[0]?.id ?? '';
    const [one, other] = [await phone.open(id), await second.open(id)];
    const decided = await times(20, (at) =>
      at % 2 === 0
        ? phone.decide(one, { decision: at % 4 === 0 ? 'approve' : 'deny' })
        : second.decide(other, { decision: 'approve' }),
    );
    expect(valuesOf(decided)).toHaveLength(1);
    expect(new Set(codesOf(decided))).toEqual(new Set(['already_decided']));
    expect(await refusalOf(second.decide(other, { decision: 'deny' }))).toBe('already_decided');
  });

  it('a person locked beside 20 approvals: what was approved gives no tokens', async () => {
    const { lockAccount, unlockAccount } = await import('#src/accounts/locks.ts');
    const asked = await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    const approval = await phone.open((await phone.list())[0]?.id ?? '');
    await Promise.all([
      times(20, () => phone.decide(approval, { decision: 'approve' })),
      lockAccount(provider.application, owner, { ground: 'own-request', by: 'self' }),
    ]);
    expect((await poll(bank, asked.body['auth_req_id'])).status).toBe(400);
    await unlockAccount(provider.application, owner, { by: 'operator', reason: 'end of the test' } as never);
    await denyAll();
  });

  it('200 redemptions of one code give one answer with tokens', async () => {
    const { FormBrowser } = await import('#test/support/form-browser.ts');
    const shop = await Service.register(provider, 'shop', {
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    });
    const browser = new FormBrowser();
    await shop.signIn(browser, lan, { scope: 'openid offline_access' });
    const { url, verifier } = shop.authorize({ scope: 'openid offline_access' });
    const page = await browser.open(url, {}, shop.redirectUri);
    const answers = valuesOf(await times(200, () => shop.redeem(page, verifier)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
  });

  const maker: Actor = { id: 'client:console/lan', roles: ['manager'], via: 'test' };
  const reviewers = ['minh', 'hoa', 'tuan'].map((name): Actor => ({ id: `person:${name}`, roles: ['reviewer'], via: 'test' }));
  const draft = (id: string, more = {}) => ({
    client_id: id,
    client_name: 'Cửa hàng',
    class: 'private',
    redirect_uris: ['https://shop.example/cb'],
    allowed_claims: ['name'],
    ...more,
  });

  it('30 approvals of one version: one counts, and it is written once', async () => {
    const { registry } = provider.application;
    await registry.propose(draft('reviewed'), maker);
    await registry.submit('reviewed', maker);
    const done = await times(30, (at) => registry.approve('reviewed', reviewers[at % 3] as Actor));
    expect(valuesOf(done)).toHaveLength(1);
    const history = await registry.history('reviewed');
    expect(history.filter(({ action }) => action.startsWith('approve'))).toHaveLength(1);
  });

  it('a version that its maker changes while it is approved: what works is what was looked at', async () => {
    const { registry } = provider.application;
    const [old, looked, evil] = ['old', 'looked', 'evil'].map((name) => [`https://shop.example/${name}`]);
    for (let round = 0; round < 8; round += 1) {
      const id = `moving-${round}`;
      await registry.put(draft(id, { redirect_uris: old }));
      await registry.setManagers(id, { id: 'operator:lan', roles: ['operator'], via: 'test' }, { managers: [maker.id] });
      await registry.propose(draft(id, { redirect_uris: looked }), maker);
      await registry.submit(id, maker);
      const { version } = await registry.look(id, 'waiting');
      await Promise.allSettled([
        registry.propose(draft(id, { redirect_uris: evil }), maker).then(() => registry.submit(id, maker)),
        ...reviewers.map((reviewer) => registry.approve(id, reviewer, { version })),
      ]);
      expect([old, looked]).toContainEqual((await registry.show(id, 'working'))['redirect_uris']);
    }
  });

  it('40 new secrets at once: five live at most, each that was given out is kept, and none of an older one is lost', async () => {
    const { registry } = provider.application;
    const operator: Actor = { id: 'operator:lan', roles: ['operator'], via: 'test' };
    const rotated = await Service.register(provider, 'rotated', { grant_types: ['authorization_code', 'client_credentials'] });
    const added = valuesOf(await times(40, () => registry.addSecret('rotated', operator)));
    const kept = await registry.secrets('rotated');
    expect(kept.filter(({ state }) => state === 'live').length).toBeLessThanOrEqual(5);
    expect(added.length).toBe(kept.length - 1);
    for (const { client_secret: secret } of [{ client_secret: rotated.secret ?? '' }, ...added]) {
      const authorization = `Basic ${Buffer.from(`rotated:${secret}`).toString('base64')}`;
      await expect
        .poll(async () => (await rotated.post('/token', { grant_type: 'client_credentials' }, authorization)).status)
        .toBe(200);
    }
    const first = kept.at(-1)?.secret_id ?? '';
    const revoked = await times(10, () => registry.revokeSecret('rotated', operator, { secretId: first }));
    expect(valuesOf(revoked)).toHaveLength(1);
    await expect.poll(async () => (await rotated.post('/token', { grant_type: 'client_credentials' })).status).toBe(401);
  });
});
