import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '#src/clients/actor.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone, readPayload } from '#src/phone/virtual-phone.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { numberOf, qrOf } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

/** A number that a register could issue; the person is made up all the same. */
const real = {
  id_number: '001190000001',
  name: { family: 'Trần', middle: 'Thị', given: 'Mai' },
  birthdate: '1990-02-01',
  gender: 'female',
  phone: '0912000011',
  identity_level: 2,
  password: 'sen hong 2026',
};
const invented = { ...real, id_number: '000190000001', phone: '0912000012' };
const maker: Actor = { id: 'client:console/lan', roles: ['manager'], via: 'test' };
const reviewer: Actor = { id: 'person:minh', roles: ['reviewer'], via: 'test' };

let provider: TestProvider;
let trial: Service;
beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(real);
  await provider.addPerson(invented);
  const { registry } = provider.application;
  const given = { ...provider, application: { ...provider.application, registry: { ...registry, put: viaReview } } };
  trial = await Service.register(given as TestProvider, 'trial');
});
afterAll(() => provider.stop());

async function viaReview(json: unknown) {
  const { registry } = provider.application;
  const { client_id: id, client_secret: secret } = await registry.propose(json, maker);
  await registry.submit(id, maker);
  await registry.approve(id, reviewer);
  return { client_id: id, ...(secret === undefined ? {} : { client_secret: secret }) };
}

async function enter(browser: FormBrowser, person: typeof real) {
  const page = await browser.open(trial.authorize().url);
  const { id_number, password } = person;
  return browser.press(page, 'continue', { id_number, password }, trial.redirectUri);
}

describe('a service in the sandbox', () => {
  it('says on its pages that it is only tried', async () => {
    expect((await new FormBrowser().open(trial.authorize().url)).html).toContain('Test: Service trial');
    expect((await new FormBrowser({ 'accept-language': 'vi' }).open(trial.authorize().url)).html).toContain(
      'Thử nghiệm: Dịch vụ trial',
    );
  });

  it('is open to people who do not exist', async () => {
    expect(await trial.signIn(new FormBrowser(), invented)).toMatchObject({ status: 200 });
  });

  it('does not sign in a person whom it has not named, and the service learns nothing but that', async () => {
    const browser = new FormBrowser();
    const page = await enter(browser, real);
    expect(page.html).toContain('This service is still being tried out');
    const back = await browser.press(page, 'cancel', {}, trial.redirectUri);
    expect(new URL(back.url).searchParams.get('error')).toBe('access_denied');
    expect(new URL(back.url).searchParams.has('code')).toBe(false);
  });

  it('does not sign in a stranger who approves on the phone, and keeps nothing of what they granted there', async () => {
    const { application } = provider;
    const owner = await application.accounts.findByIdNumber(real.id_number);
    const id = owner?.id as AccountId;
    const { code } = await application.enrolmentCodes.issue(id, { vouched: true });
    const phone = createVirtualPhone(await enrolPhone(provider.issuer, code));
    const browser = new FormBrowser();
    const page = await browser.open(trial.authorize({ scope: 'openid profile' }).url);
    const approval = await phone.scan(qrOf(page));
    expect(JSON.stringify(readPayload(approval))).toContain('Test: ');
    const number = numberOf(await browser.open(page.url));
    await phone.decide(approval, { decision: 'approve', number, granted: ['name'] });
    expect((await browser.open(page.url)).html).toContain('This service is still being tried out');
    expect(await findConsent(application.store, id, 'trial')).toBeUndefined();
  });

  it('does not take over somebody who is signed in elsewhere, with or without a page', async () => {
    const open = await Service.register(provider, 'open');
    const browser = new FormBrowser();
    await open.signIn(browser, real);
    expect((await browser.open(trial.authorize().url)).html).toContain('This service is still being tried out');
    const silent = await browser.open(trial.authorize({ prompt: 'none' }).url, {}, trial.redirectUri);
    expect(new URL(silent.url).searchParams.get('error')).toBe('access_denied');
  });

  it('signs in a person whom it has named, and their tokens die when it no longer does', async () => {
    const { registry } = provider.application;
    const named = await registry.addTester('trial', maker, { idNumber: '001 190 000 001', label: 'Mai' });
    expect(JSON.stringify([await registry.testers('trial'), await registry.history('trial')])).not.toContain('1190000001');
    expect(JSON.stringify(await registry.history('trial'))).not.toContain('Mai');
    const { status, tokens } = await trial.signIn(new FormBrowser(), real);
    expect(status).toBe(200);
    expect(await trial.userinfo(tokens)).toHaveProperty('sub');
    await registry.removeTester('trial', maker, { testerId: named.tester_id });
    await expect.poll(async () => (await trial.userinfo(tokens))['error'], { timeout: 5000 }).toBe('invalid_token');
    const introspected = await trial.post('/token/introspection', { token: tokens.access_token });
    expect(await introspected.json()).toEqual({ active: false });
  });

  it('reads nothing of a tester by a law that its manager alone has written down', async () => {
    const { registry } = provider.application;
    const { tester_id: testerId } = await registry.addTester('trial', maker, { idNumber: real.id_number, label: 'Mai' });
    const before = await registry.show('trial');
    const law = { class: 'public', legal_basis: [{ claim: 'name', text: { vi: 'Luật', en: 'The Law' } }] };
    await registry.propose({ ...before, ...law }, maker);
    const nameOf = async (person: typeof real, grant: readonly string[]) => {
      const { tokens } = await trial.signIn(new FormBrowser(), person, { scope: 'openid profile' }, grant);
      return (await trial.userinfo(tokens))['name'];
    };
    expect(await nameOf(invented, [])).toBe('Trần Thị Mai');
    expect(await nameOf(real, [])).toBeUndefined();
    expect(await nameOf(real, ['name'])).toBeUndefined();
    const { tokens } = await trial.signIn(new FormBrowser(), real, { scope: 'openid profile', prompt: 'consent' }, ['name']);
    expect((await trial.userinfo(tokens))['name']).toBe('Trần Thị Mai');
    await registry.propose(before, maker);
    await registry.removeTester('trial', maker, { testerId });
  });

  it('does not tell whether there is such an account, when a number is named', async () => {
    const { registry } = provider.application;
    const [known, unknown] = await Promise.all(
      [real.id_number, '001190009999'].map((idNumber) => registry.addTester('trial', maker, { idNumber, label: 'Ai đó' })),
    );
    expect(Object.keys(unknown ?? {})).toEqual(Object.keys(known ?? {}));
    await expect(registry.addTester('trial', maker, { idNumber: 'x', label: 'Ai đó' })).rejects.toMatchObject({
      code: 'tester_invalid',
    });
  });

  it('is open to everybody once it is approved for that', async () => {
    const { registry } = provider.application;
    await registry.submit('trial', maker);
    await registry.approve('trial', reviewer);
    expect(await trial.signIn(new FormBrowser(), real)).toMatchObject({ status: 200 });
  });
});

describe('a scope outside the registration', () => {
  it.each([
    ['that allowed_scopes leaves out', { allowed_scopes: ['openid', 'profile'] }, 'openid profile email'],
    ['that scope leaves out', { scope: 'openid profile' }, 'openid profile email'],
    ['of an interface for programs', {}, 'openid services.review'],
    [
      'for refresh tokens, which its registration leaves out',
      { grant_types: ['authorization_code', 'refresh_token'], allowed_scopes: ['openid'] },
      'openid offline_access',
    ],
  ])('is refused before any page: one %s', async (_, more, scope) => {
    const service = await Service.register(provider, `scoped-${scope.length}-${Object.keys(more).length}`, more);
    const back = await new FormBrowser().open(service.authorize({ scope }).url, {}, service.redirectUri);
    expect(new URL(back.url).searchParams.get('error')).toBe('invalid_scope');
  });

  it('is none where a registered claim belongs to it, nor where nobody knows it', async () => {
    const service = await Service.register(provider, 'in-scope');
    for (const scope of ['openid profile', 'openid email phone address', 'openid something-else'])
      expect((await new FormBrowser().open(service.authorize({ scope }).url)).html).toContain('name="password"');
  });
});
