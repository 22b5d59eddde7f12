import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { signedDecisions } from '#src/approvals/collections.ts';
import { outbox } from '#src/outbox/collections.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { lan, openPhoneWorld, type PhoneWorld } from '#test/support/phone-world.ts';
import { runSenid } from '#test/support/run-senid.ts';
import { canStamp, startTimeStampAuthority } from '#test/support/time-stamp-authority.ts';

describe.skipIf(!canStamp())('a signed decision is stamped by an authority of its own', () => {
  let authority: Awaited<ReturnType<typeof startTimeStampAuthority>>;
  let world: PhoneWorld;
  let phone: VirtualPhone;
  let bank: FapiService;
  beforeAll(async () => {
    authority = await startTimeStampAuthority();
    world = await openPhoneWorld([lan], { SENID_TSA_URL: authority.address, SENID_TSA_AUTHORITIES: authority.authorities });
    phone = await world.newPhone();
    bank = await registerBackchannelService(world.provider, 'stamped');
  });
  afterAll(async () => {
    await world.provider.stop();
    authority.stop();
  });
  beforeEach(() => {
    Object.assign(authority.faults, { replay: false, failing: false, signer: 'tsa' });
    world.clock.reset();
  });

  async function decide(): Promise<string> {
    const details = [
      {
        type: 'senid_transaction',
        amount: { value: 1000, currency: 'VND' },
        payee: { name: 'Hoa Mai', account: '1' },
        purpose: 'Học phí',
        reference: 'HP-1',
      },
    ];
    await ask(bank, { login_hint: lan.id_number, authorization_details: JSON.stringify(details) });
    const approval = await phone.open((await phone.list())[0]?.id ?? '');
    await phone.decide(approval, { decision: 'approve' });
    return approval.id;
  }
  const kept = (id: string) => world.provider.application.store.get(signedDecisions, id);
  /** What the outbox says of its last trouble. */
  const trouble = async () =>
    (await world.provider.application.store.scan(outbox, { limit: 20 })).filter(({ kind }) => kind === 'time-stamp').at(-1)
      ?.lastError;

  it('and OpenSSL says so too', async () => {
    const id = await decide();
    await expect.poll(async () => (await kept(id))?.timeStamp?.authority).toBe('Time of tsa');
    const { timeStamp, decision = '' } = (await kept(id)) ?? {};
    const token = Buffer.from(timeStamp?.token ?? '', 'base64');
    expect(await authority.verifies(token, decision)).toBe(true);
    expect(await authority.verifies(token, `${decision}x`)).toBe(false);
    expect(Math.abs((timeStamp?.at ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('and an auditor sees whether it does, and what was put there by hand', async () => {
    const ids = [await decide(), await decide()] as const;
    const stamps = [];
    for (const id of ids) {
      await expect.poll(async () => (await kept(id))?.timeStamp).toBeDefined();
      stamps.push((await kept(id))?.timeStamp);
    }
    const show = (more: object = {}) =>
      runSenid(['audit', 'show', ids[0], '--json', '--reason', 'test'], {
        SENID_PROFILE: 'test',
        SENID_DATA_DIR: world.provider.dataDir,
        ...more,
      });
    const authorities = { SENID_TSA_URL: authority.address, SENID_TSA_AUTHORITIES: authority.authorities };
    expect(await show(authorities)).toMatchObject({
      code: 0,
      json: { time_stamp: { verdict: 'valid', authority: 'Time of tsa' } },
    });
    expect(await show()).toMatchObject({ code: 0, json: { time_stamp: { verdict: 'unchecked' } } });
    const { store } = world.provider.application;
    const [own, others] = stamps;
    for (const timeStamp of [others, { ...own, at: 1 }, { ...own, authority: 'Somebody' }]) {
      await store.amend(signedDecisions, ids[0] as never, {}, { set: { timeStamp } as never });
      expect(await show(authorities)).toMatchObject({ code: 1, json: { time_stamp: { verdict: 'invalid' } } });
    }
  });

  it.each([
    ['of another decision', { replay: true }],
    ['of an authority that nobody trusts', { signer: 'other' as const }],
  ])('never with a stamp %s', async (_, faults) => {
    Object.assign(authority.faults, faults);
    const id = await decide();
    await expect.poll(trouble).toMatch(/Error$/);
    expect((await kept(id))?.timeStamp).toBeUndefined();
    Object.assign(authority.faults, { replay: false, signer: 'tsa' });
    world.clock.advance(30_000);
    await expect.poll(async () => (await kept(id))?.timeStamp?.authority).toBe('Time of tsa');
  });

  it('and does not wait for it: the decision counts while the authority is down', async () => {
    authority.faults.failing = true;
    const id = await decide();
    expect(await kept(id)).toMatchObject({ id, kind: 'transaction' });
    authority.faults.failing = false;
    await expect
      .poll(async () => {
        world.clock.advance(10_000);
        return (await kept(id))?.timeStamp?.authority;
      })
      .toBe('Time of tsa');
  });
});

it('an authority without roots to trust is no authority', () => {
  expect(() => loadSettings({ SENID_PROFILE: 'test', SENID_TSA_URL: 'http://tsa.example' })).toThrow(/SENID_TSA_AUTHORITIES/);
});
