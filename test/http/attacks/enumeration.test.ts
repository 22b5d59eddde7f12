import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockAccount } from '#src/accounts/locks.ts';
import { approvals } from '#src/approvals/collections.ts';
import type { Store, Write } from '#src/kernel/store.ts';
import { outbox } from '#src/outbox/collections.ts';
import { dueOf } from '#src/outbox/messages.ts';
import type { VirtualPhone } from '#src/phone/virtual-phone.ts';
import { ask, endPauses, poll, registerBackchannelService } from '#test/support/backchannel-service.ts';
import type { FapiService } from '#test/support/fapi-service.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan, openPhoneWorld, type PhoneWorld, refusalOf } from '#test/support/phone-world.ts';
import { Service } from '#test/support/service.ts';

const locked = { ...lan, id_number: '000190000077', phone: '0912000077' };
const phoneless = { ...lan, id_number: '000190000078', phone: '0912000078' };
const real = { ...lan, id_number: '001190000001', phone: '0912000079' };

let world: PhoneWorld;
let bank: FapiService;
let shop: Service;
let phone: VirtualPhone;
beforeAll(async () => {
  world = await openPhoneWorld([lan, locked, phoneless, real]);
  const { application } = world.provider;
  const account = await application.accounts.findByIdNumber(locked.id_number);
  await lockAccount(application, account?.id as never, { ground: 'own-request', by: 'self' });
  bank = await registerBackchannelService(world.provider, 'bank');
  shop = await Service.register(world.provider, 'shop', { grant_types: ['authorization_code', 'client_credentials'] });
  phone = await world.newPhone();
});
afterAll(() => world.provider.stop());
/** Nothing of the test before waits for anybody. */
beforeEach(async () => {
  const { store } = world.provider.application;
  for (const { id } of await store.scan(approvals, { limit: 1000 })) await store.remove(approvals, id);
  await endPauses(world.provider);
  await nothingWaits();
});
const nothingWaits = () => {
  const due = async () =>
    (await world.provider.application.store.find(outbox, 'state', 'waiting')).filter((each) => dueOf(each) <= world.clock.now());
  return expect.poll(due).toEqual([]);
};

const methods = ['get', 'getMany', 'find', 'scan', 'insert', 'upsert', 'patch', 'amend', 'remove', 'commit'] as const;

/** What the background and the cache of registrations read, whoever asks. */
const others: ReadonlySet<string> = new Set(['clients', 'leases', 'outbox', 'undefined']);

/** Which calls of the store some work makes, in order. */
async function callsOf(work: () => Promise<unknown>): Promise<string[]> {
  const store = world.provider.application.store as unknown as Record<string, (...given: never[]) => unknown>;
  const calls: string[] = [];
  const own = Object.fromEntries(methods.map((name) => [name, store[name]]));
  for (const name of methods)
    store[name] = (...given: never[]) => {
      const [first] = given as readonly unknown[];
      const names: string[] = Array.isArray(first)
        ? first.map((each: Write) => each.collection.name)
        : [String((first as { name?: string } | undefined)?.name)];
      if (!names.every((each) => others.has(each))) calls.push(`${name} ${names.join('+')}`);
      return own[name]?.apply(store as unknown as Store, given);
    };
  try {
    await work();
  } finally {
    Object.assign(store, own);
  }
  return calls;
}

const nobody = '000190009999';

describe('who has an account, at the backchannel endpoint', () => {
  const hint = (login_hint: string, more = {}) => ask(bank, { login_hint, binding_message: 'Xin chào', ...more });

  it.each([
    ['somebody unknown', nobody],
    ['an unknown phone number', '0912999999'],
    ['a locked account', locked.id_number],
    ['somebody without a phone', phoneless.id_number],
    ['no number at all', 'xin chào'],
  ])(
    '%s is looked for with the same calls of the store, the first time and each one after, into the pause',
    async (_, login_hint) => {
      const service = await registerBackchannelService(world.provider, `bank-${randomUUID().slice(0, 8)}`);
      const sixTimes = async (hinted: string) => {
        const calls: string[][] = [];
        const asking = () => ask(service, { login_hint: hinted, binding_message: 'Xin chào' });
        for (let n = 0; n < 6; n += 1) {
          calls.push(await callsOf(asking));
          // what the background does with it is not part of the next one
          await nothingWaits();
        }
        return calls;
      };
      const expected = await sixTimes(lan.id_number);
      expect(await phone.list()).toHaveLength(1);
      expect(expected[2]).toContain('commit asked_requests+outbox');
      expect(await sixTimes(login_hint)).toEqual(expected);
      expect(await sixTimes(real.id_number)).toEqual(expected);
      for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
    },
  );

  it('whether somebody reads a request just now is not told by what the next one costs', async () => {
    const second = await registerBackchannelService(world.provider, 'second-bank');
    const asking = (service: FapiService) => ask(service, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    await asking(bank);
    await asking(second);
    const opened = (await phone.list()).at(-1)?.id ?? '';
    const isReadBy = (await phone.open(opened)).payload.length > 0;
    const [one, other] = [await callsOf(() => asking(bank)), await callsOf(() => asking(second))];
    expect([isReadBy, one]).toEqual([true, other]);
    for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
  });

  it('status, members, headers and polls are the same', async () => {
    const shapes = [];
    for (const login_hint of [lan.id_number, nobody, locked.id_number, phoneless.id_number, real.id_number]) {
      const asked = await hint(login_hint);
      const polled = await poll(bank, asked.body['auth_req_id']);
      const headers = [...asked.headers.keys()].filter((name) => name !== 'date').sort();
      const id = String(asked.body['auth_req_id']).length;
      shapes.push(
        JSON.stringify([asked.status, Object.keys(asked.body), asked.body['expires_in'], id, headers, polled.status, polled.body]),
      );
    }
    expect(new Set(shapes).size).toBe(1);
    for (const { id } of await phone.list()) await phone.decide(await phone.open(id), { decision: 'deny' });
  });

  it('a service in the sandbox reaches nobody who has not signed in there, tester or not, and learns of nobody', async () => {
    const { registry } = world.provider.application;
    const maker = { id: 'client:console/lan', roles: ['manager'], via: 'test' } as const;
    const reviewer = { id: 'person:minh', roles: ['reviewer'], via: 'test' } as const;
    const application = {
      ...world.provider.application,
      registry: {
        ...registry,
        async put(json: { client_id: string }) {
          await registry.propose(json, maker);
          await registry.submit(json.client_id, maker);
          await registry.approve(json.client_id, reviewer);
          return { client_id: json.client_id };
        },
      },
    };
    const trial = await registerBackchannelService({ ...world.provider, application } as never, 'trial', { sector: undefined });
    const account = await world.provider.application.accounts.findByIdNumber(real.id_number);
    const { code } = await world.provider.application.enrolmentCodes.issue(account?.id as never, { vouched: true });
    const { createVirtualPhone, enrolPhone } = await import('#src/phone/virtual-phone.ts');
    const stranger = createVirtualPhone(await enrolPhone(world.provider.issuer, code));
    const asks = () => ask(trial, { login_hint: real.id_number, binding_message: 'Xin chào' });
    const asked = await asks();
    expect([asked.status, await stranger.list()]).toEqual([200, []]);
    expect((await poll(trial, asked.body['auth_req_id'])).body['error']).toBe('authorization_pending');
    await registry.addTester('trial', maker, { idNumber: real.id_number, label: 'Mai' });
    await asks();
    expect(await stranger.list()).toEqual([]);
  });
});

describe('who has an account, at the authorization endpoint', () => {
  it('login_hint is shown and not looked up', async () => {
    const open = (login_hint: string) => new FormBrowser().open(shop.authorize({ login_hint }).url);
    const calls = [];
    const pages = [];
    for (const hint of [lan.id_number, nobody, locked.id_number]) {
      calls.push((await callsOf(() => open(hint))).join());
      const { status, html } = await open(hint);
      expect(html).toContain(`value="${hint}"`);
      const words = html
        .replaceAll(hint, '')
        .replace(/<[^>]*>/g, ' ')
        .replace(/\S*[A-Z0-9]{3,}\S*/g, '');
      pages.push(`${status} ${words.replace(/\s+/g, ' ')}`);
    }
    expect([new Set(calls).size, new Set(pages).size]).toEqual([1, 1]);
  });
});

describe('which services and secrets there are, at the token endpoint', () => {
  it.each(['/token', '/token/introspection', '/token/revocation', '/request', '/backchannel'])(
    '%s answers an unknown service, a wrong secret, an expired one and a stopped service alike',
    async (path) => {
      const { registry } = world.provider.application;
      await registry.put({
        ...{ client_id: `stopped-${path.length}`, client_name: 'x', class: 'private', redirect_uris: ['https://x.example/'] },
      });
      await registry.suspend(`stopped-${path.length}`);
      const answers = [];
      for (const [id, secret] of [
        ['nobody', 'x'],
        ['shop', 'x'],
        ['shop', `${shop.secret}x`],
        ['bank', 'x'],
        [`stopped-${path.length}`, 'x'],
        ['__proto__', 'x'],
        ['constructor', 'x'],
      ]) {
        const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
        const response = await shop.post(path, { grant_type: 'client_credentials', token: 'x' }, authorization);
        const headers = [...response.headers.keys()].filter((name) => name !== 'date').sort();
        answers.push(JSON.stringify([response.status, await response.json(), headers]));
      }
      expect(answers[0]).toContain('invalid_client');
      expect(new Set(answers).size).toBe(1);
    },
  );

  it("an unknown code, another service's code and another's request are told apart by nothing", async () => {
    const thief = await Service.register(world.provider, 'thief');
    const browser = new FormBrowser();
    await shop.signIn(browser, lan);
    const { url, verifier } = shop.authorize();
    const page = await browser.open(url, {}, shop.redirectUri);
    const redeem = async (code: string, by = thief) => {
      const fields = { grant_type: 'authorization_code', code, redirect_uri: shop.redirectUri, code_verifier: verifier };
      const response = await by.post('/token', fields);
      return JSON.stringify([response.status, await response.json()]);
    };
    const code = new URL(page.url).searchParams.get('code') ?? '';
    const answers = [await redeem(code), await redeem('x'.repeat(43)), await redeem(''), await redeem(randomUUID())];
    expect(new Set([answers[0], answers[1], answers[3]])).toEqual(
      new Set(['[400,{"error":"invalid_grant","error_description":"grant request is invalid"}]']),
    );
    // and nothing happened to it
    expect((await shop.redeem(page, verifier)).status).toBe(200);
  });
});

describe('what others have, at the interfaces for phones, links and the registry', () => {
  it("a phone hears the same of what is another person's and of what is not", async () => {
    const account = await world.provider.application.accounts.findByIdNumber(phoneless.id_number);
    const { code } = await world.provider.application.enrolmentCodes.issue(account?.id as never, { vouched: true });
    const { createVirtualPhone, enrolPhone } = await import('#src/phone/virtual-phone.ts');
    const stranger = createVirtualPhone(await enrolPhone(world.provider.issuer, code));
    await ask(bank, { login_hint: lan.id_number, binding_message: 'Xin chào' });
    const id = (await phone.list())[0]?.id ?? '';
    for (const each of [id, 'x'.repeat(32), '__proto__', 'constructor'])
      expect(await refusalOf(stranger.open(each))).toBe('approval_not_found');
    expect(await refusalOf(stranger.unlink('x'.repeat(22)))).toBe('link_not_found');
  });

  it("a service hears the same of another's account and of none, with the same calls of the store", async () => {
    const thief = await Service.register(world.provider, 'link-thief', {
      grant_types: ['authorization_code', 'client_credentials'],
    });
    const token = async (service: Service): Promise<string> =>
      ((await (await service.post('/token', { grant_type: 'client_credentials' })).json()) as { access_token: string })
        .access_token;
    const [own, other] = [await token(shop), await token(thief)];
    const call = async (bearer: string, reference: string) => {
      const response = await fetch(`${world.provider.issuer}/links/${reference}`, {
        headers: { authorization: `Bearer ${bearer}` },
      });
      return `${response.status} ${((await response.json()) as { code: string }).code}`;
    };
    for (const reference of ['user-1', '__proto__', 'constructor', 'hasOwnProperty'])
      expect([await call(own, reference), await call(other, reference)]).toEqual(['404 link_not_found', '404 link_not_found']);
    expect(await callsOf(() => call(other, 'user-1'))).toEqual(await callsOf(() => call(own, 'user-2')));
  });

  it('the registry says nothing of services, nor of people, to who may not read it', async () => {
    const admin = async (path: string, authorization?: string) => {
      const response = await fetch(
        `${world.provider.issuer}/admin/v1${path}`,
        authorization === undefined ? {} : { headers: { authorization } },
      );
      const { reference: _, ...body } = (await response.json()) as { reference: string };
      return JSON.stringify([response.status, body]);
    };
    for (const authorization of [undefined, 'Bearer x', shop.basic()]) {
      const answers = [];
      for (const path of [
        '/services/shop',
        '/services/nobody',
        '/services/__proto__',
        '/services/shop/testers',
        '/services/nobody/secrets',
      ])
        answers.push(await admin(path, authorization));
      expect(new Set(answers).size).toBe(1);
      expect(answers[0]).toMatch(/^\[401/);
    }
  });
});
