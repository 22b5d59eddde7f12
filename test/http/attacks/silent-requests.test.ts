import { afterAll, beforeAll, expect, it } from 'vitest';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const { phone: _, ...withoutPhone } = lan;
const bare = { ...withoutPhone, id_number: '000190000011', name: { family: 'Nguyễn', middle: '', given: 'Lan' } };
const whole = {
  ...lan,
  id_number: '000190000012',
  phone: '0912000012',
  email: 'lan@thu.example',
  address: { street_address: '12 Hàng Bài', locality: 'Cửa Nam', region: 'Hà Nội' },
};
const prefix = 'https://senid.example/claims/';

let provider: TestProvider;
beforeAll(async () => {
  provider = await startProvider();
  for (const person of [bare, whole]) await provider.addPerson(person);
});
afterAll(() => provider.stop());

/** What a service hears that may show no page. */
async function silently(service: Service, browser: FormBrowser, params: object): Promise<string> {
  const page = await browser.open(service.authorize({ ...params, prompt: 'none' }).url, {}, service.redirectUri);
  return new URL(page.url).searchParams.get('error') ?? 'code';
}

it.each([
  ['an e-mail address', 'email', { scope: 'openid email' }],
  ['a telephone', 'phone_number', { scope: 'openid phone' }],
  ['an address', 'address', { scope: 'openid address' }],
  ['a middle name', 'middle_name', { claims: JSON.stringify({ userinfo: { middle_name: null } }) }],
  [
    'a telephone that a guess could be compared with',
    `${prefix}phone_number_matches`,
    { claims: JSON.stringify({ userinfo: { [`${prefix}phone_number_matches`]: { value: '0912000099' } } }) },
  ],
])('a request without a page does not tell who has %s', async (_what, claim, params) => {
  const service = await Service.register(provider, `asks-${claim.replace(/\W/g, '-')}`, { allowed_claims: [claim] });
  for (const person of [bare, whole]) {
    const browser = new FormBrowser();
    await service.signIn(browser, person);
    expect(await silently(service, browser, params)).toBe('consent_required');
    // who was asked and has none is not asked for ever
    await service.signIn(browser, person, params, [claim]);
    expect(await silently(service, browser, params)).toBe('code');
  }
});

it('the page says what the person has not, and nothing leaves in its place', async () => {
  const service = await Service.register(provider, 'later', { allowed_claims: ['email'] });
  const browser = new FormBrowser();
  const request = service.authorize({ scope: 'openid email' });
  const signIn = await browser.open(request.url, {}, service.redirectUri);
  const consent = await browser.press(
    signIn,
    'continue',
    { id_number: bare.id_number, password: bare.password },
    service.redirectUri,
  );
  expect(consent.html).toMatch(/<strong><bdi>none yet</);
  const back = await browser.press(consent, 'approve', { grant: 'email' }, service.redirectUri);
  const { tokens } = await service.redeem(back, request.verifier);
  expect(await service.userinfo(tokens)).not.toHaveProperty('email');
});
