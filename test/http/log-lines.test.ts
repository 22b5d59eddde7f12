import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lan } from '#test/support/account-world.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const person = { ...lan, totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', email: 'lan@example.vn' };
const lines: string[] = [];
let provider: TestProvider;
let bank: Service;
beforeAll(async () => {
  provider = await startProvider({
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  });
  await provider.addPerson(person);
  bank = await Service.register(provider, 'bank');
});
afterAll(() => provider.stop());

it('log lines never hold an ID number, a name, a password, a code, a token or a secret, whatever goes wrong', async () => {
  const wrongPassword = 'a wrong password with pity';
  const browser = new FormBrowser();
  const first = await browser.open(bank.authorize({ scope: 'openid profile', login_hint: person.id_number }).url);
  await browser.press(first, 'continue', { id_number: person.id_number, password: wrongPassword });
  const signedIn = await bank.signIn(new FormBrowser(), person, { scope: 'openid profile' }, ['name']);
  expect(signedIn.status).toBe(200);
  const { access_token: accessToken, id_token: idToken } = signedIn.tokens;

  const code = new URL(signedIn.page.url).searchParams.get('code') ?? '';
  const replay = { grant_type: 'authorization_code', code, redirect_uri: bank.redirectUri, code_verifier: 'x'.repeat(43) };
  expect((await bank.post('/token', replay)).status).toBe(400);
  const wrongSecret = Buffer.from(`bank:${wrongPassword}`).toString('base64');
  expect((await bank.post('/token', replay, `Basic ${wrongSecret}`)).status).toBe(401);
  await fetch(`${provider.issuer}/${person.id_number}?password=${person.password}`);
  await fetch(`${provider.issuer}/interaction/${person.id_number}`);
  await fetch(`${provider.issuer}/device/v1/enrolments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': person.id_number },
    body: JSON.stringify({ code: 'AAAAA-AAAAA', device: { name: 'Lan' } }),
  });
  await fetch(bank.authorize({ response_type: 'token', login_hint: person.id_number, claims: person.id_number }).url, {
    redirect: 'manual',
  });
  await fetch(bank.authorize({ id_token_hint: idToken, prompt: 'none', max_age: person.id_number }).url, { redirect: 'manual' });

  expect(lines.length).toBeGreaterThan(12);
  const secrets = [
    person.id_number,
    '912000001',
    'Nguyễn',
    'Lan',
    'lan@example',
    person.password,
    encodeURIComponent(person.password),
    wrongPassword,
    wrongSecret,
    person.totp_secret,
    bank.secret ?? 'no secret',
    code,
    accessToken,
    idToken,
  ];
  const all = lines.join('');
  for (const secret of secrets) expect(all).not.toContain(secret);
});
