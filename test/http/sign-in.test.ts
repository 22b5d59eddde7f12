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
  email: 'lan@example.org',
  identity_level: 2,
  password: 'sen hong 2026',
};

let provider: TestProvider;
let bank: Service;

beforeAll(async () => {
  provider = await startProvider();
  await provider.addPerson(lan);
  bank = await Service.register(provider, 'bank');
});
afterAll(() => provider.stop());

describe('a person signs in with a password', () => {
  it('sees who asks for what, grants a part, and only that part leaves', async () => {
    const browser = new FormBrowser();
    const { url, verifier, state } = bank.authorize({ scope: 'openid profile email' });
    const first = await browser.open(url);
    expect(first.status).toBe(200);
    expect(first.html).toContain('data-qr=');
    const consent = await browser.press(first, 'continue', { id_number: lan.id_number, password: lan.password });
    expect(consent.status).toBe(200);
    expect(consent.html).toContain('Service bank');
    expect(consent.html).toContain('Nguyễn Thị Lan');
    const back = await browser.press(consent, 'approve', { grant: ['name'] }, bank.redirectUri);
    const answer = new URL(back.url).searchParams;
    expect(answer.get('state')).toBe(state);
    expect(answer.get('iss')).toBe(provider.issuer);
    const { status, tokens } = await bank.redeem(back, verifier);
    expect(status).toBe(200);
    const claims = await bank.userinfo(tokens);
    expect(claims).toEqual({ sub: expect.any(String), name: 'Nguyễn Thị Lan' });
  });
});
