import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '#src/accounts/account.ts';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import { lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { addPasskey, offerPasskey } from '#src/passkeys/add-passkey.ts';
import { listPasskeys, removePasskey, renamePasskey } from '#src/passkeys/held-passkeys.ts';
import type { PasskeyParts } from '#src/passkeys/ports.ts';
import { provePasskey } from '#src/passkeys/prove-passkey.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { MovingClock } from '#test/support/moving-clock.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';
import { type Bent, SoftwareAuthenticator } from '#test/support/software-authenticator.ts';

const minh = { ...lan, id_number: '000185000002', phone: '0912000002', name: { family: 'Trần', middle: 'Văn', given: 'Minh' } };
const clock = new MovingClock();
let provider: TestProvider;
let parts: PasskeyParts;
let portal: Service;
let lanId: AccountId;
let minhId: AccountId;
beforeAll(async () => {
  provider = await startProvider({ clock });
  lanId = await provider.addPerson(lan);
  minhId = await provider.addPerson(minh);
  portal = await Service.register(provider, 'portal', { min_acr: 'urn:senid:acr:id2-auth2' });
  parts = { ...provider.application, issuer: provider.issuer };
});
afterAll(() => provider.stop());
beforeEach(async () => {
  clock.reset();
  for (const account of [lanId, minhId])
    for (const { id } of await listPasskeys(parts, account)) await removePasskey(parts, account, id);
});

const accountOf = async (id: AccountId): Promise<Account> => (await provider.application.accounts.get(id)) as Account;
const origin = (): string => new URL(provider.issuer).origin;

async function add(key: SoftwareAuthenticator, owner = lanId, bent: Bent = {}, session = 'session-1', waitMs = 0) {
  const account = await accountOf(owner);
  const options = await offerPasskey(parts, account, 'session-1');
  const response = key.create(options, { origin: origin(), ...bent });
  return addPasskey(parts, account, { session, response, name: 'Máy ở nhà', waitMs });
}

/** A passkey that is enrolled. */
async function enrolled(owner = lanId, more: { readonly isSynced?: boolean } = {}): Promise<SoftwareAuthenticator> {
  const key = new SoftwareAuthenticator(more);
  await add(key, owner);
  return key;
}

const offered = ({ html }: Page) => ({
  challenge: /data-challenge="([^"]+)"/.exec(html)?.[1] ?? '',
  rpId: /data-rp-id="([^"]+)"/.exec(html)?.[1] ?? '',
});

async function begin(params = {}) {
  const browser = new FormBrowser();
  const { url, verifier } = portal.authorize(params);
  return { browser, page: await browser.open(url), verifier };
}
const answer = (browser: FormBrowser, page: Page, passkey: string): Promise<Page> =>
  browser.press(page, 'passkey', { passkey }, portal.redirectUri);

const sign = (key: SoftwareAuthenticator, page: Page, bent: Bent = {}): string => {
  const { challenge, rpId } = offered(page);
  return key.get(challenge, rpId, { origin: origin(), ...bent });
};

describe('signing in with a passkey', () => {
  it.each([
    ['that stays on its device', false, 'hwk'],
    ['that its holder has on several devices', true, 'swk'],
  ])('%s reaches level 2 by itself, and the token says what was proven', async (_, isSynced, amr) => {
    const key = await enrolled(lanId, { isSynced });
    const { browser, page, verifier } = await begin({ scope: 'openid profile' });
    let next = await answer(browser, page, sign(key, page));
    if (next.html.includes('value="approve"')) next = await browser.press(next, 'approve', { grant: ['name'] }, portal.redirectUri);
    const { tokens } = await portal.redeem(next, verifier);
    expect(decodeJwt(tokens.id_token)).toMatchObject({
      acr: 'urn:senid:acr:id2-auth2',
      amr: expect.arrayContaining([amr, 'user', 'mfa']),
    });
    expect(await portal.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
  });

  it('is in the history of the account with its name, from adding to removing', async () => {
    const key = await enrolled();
    await renamePasskey(parts, lanId, key.id.toString('base64url'), 'Khóa USB');
    await removePasskey(parts, lanId, key.id.toString('base64url'));
    const events = (await listAccountEvents(parts.store, lanId)).filter(({ type }) => type.startsWith('passkey-')).slice(-2);
    expect(events).toMatchObject([
      { type: 'passkey-added', data: { name: 'Máy ở nhà' } },
      { type: 'passkey-removed', data: { name: 'Khóa USB' } },
    ]);
    expect((await accountOf(lanId)).authenticators.passkeys).toBe(0);
  });

  it('steps up a sign-in that began with a password', async () => {
    const key = await enrolled();
    const { browser, page } = await begin();
    const step = await browser.press(page, 'continue', { id_number: lan.id_number, password: lan.password });
    const done = await answer(browser, step, sign(key, step));
    expect(done.html.includes('value="approve"') || new URL(done.url).searchParams.has('code')).toBe(true);
  });
});

describe('a passkey that was added with a password alone', () => {
  const day = 24 * 3_600_000;
  const waiting = async (): Promise<SoftwareAuthenticator> => {
    const key = new SoftwareAuthenticator();
    await add(key, lanId, {}, 'session-1', day);
    return key;
  };
  const prove = async (key: SoftwareAuthenticator) => {
    const { page } = await begin();
    const interaction = new URL(page.url).pathname.split('/').at(-1) ?? '';
    return (await provePasskey(parts, interaction, sign(key, page))).methods;
  };

  it("proves nothing on SenID's own pages while it waits, and everything afterwards", async () => {
    const key = await waiting();
    expect((await prove(key)).map(({ unvouched }) => unvouched)).toEqual([true, true]);
    clock.advance(day + 1000);
    expect((await prove(key)).map(({ unvouched }) => unvouched)).toEqual([undefined, undefined]);
  });

  it('does not keep its owner, who has the password alone, from removing it', async () => {
    await waiting();
    const browser = new FormBrowser();
    let page = await browser.open(`${provider.issuer}/account/passkeys`);
    page = await browser.press(page, 'continue', { id_number: lan.id_number, password: lan.password });
    if (page.html.includes('value="approve"')) page = await browser.press(page, 'approve');
    const removal = /href="(\/account\/passkeys\/[^"]+\/removal)"/.exec(page.html)?.[1] ?? '';
    page = await browser.press(await browser.open(provider.issuer + removal), 'remove');
    expect([page.url, page.html.includes('No passkey yet')]).toEqual([`${provider.issuer}/account/passkeys`, true]);
  });
});

describe('a passkey is refused', () => {
  const isRefused = async (page: Page): Promise<void> => {
    expect(page.status).toBe(401);
    expect(page.html).toContain('This passkey cannot be used here');
  };

  it.each<[string, Bent]>([
    ['that was used on another site (phishing)', { origin: 'https://senid.example.evil' }],
    ['for another relying party', { rpId: 'evil.example' }],
    ['without user verification', { isVerified: false }],
    ['for another ceremony', { type: 'webauthn.create' }],
    ["with another person's user handle", { userHandle: 'bm9ib2R5' }],
    ['without a user handle', { userHandle: undefined as never }],
  ])('%s', async (_, bent) => {
    const key = await enrolled();
    const { browser, page } = await begin();
    const given = JSON.parse(sign(key, page, bent)) as { response: { userHandle?: string } };
    if ('userHandle' in bent && bent.userHandle === undefined) delete given.response.userHandle;
    await isRefused(await answer(browser, page, JSON.stringify(given)));
  });

  it('that answers the challenge of another page (relay, fixation)', async () => {
    const key = await enrolled();
    const [victim, attacker] = [await begin(), await begin()];
    await isRefused(await answer(attacker.browser, attacker.page, sign(key, victim.page)));
  });

  it('that answers with what was used before (replay), also of twenty at once', async () => {
    const key = await enrolled(lanId, { isSynced: true });
    const { browser, page } = await begin();
    const assertion = sign(key, page, { counter: 0 });
    const interaction = new URL(page.url).pathname.split('/').at(-1) ?? '';
    const proofs = await Promise.allSettled(Array.from({ length: 20 }, () => provePasskey(parts, interaction, assertion)));
    expect(proofs.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await isRefused(await answer(browser, page, assertion));
    const again = await begin();
    await isRefused(await answer(again.browser, again.page, assertion));
  });

  it('that is a copy: its counter goes back', async () => {
    const key = await enrolled();
    const first = await begin();
    await answer(first.browser, first.page, sign(key, first.page, { counter: 7 }));
    const second = await begin();
    await isRefused(await answer(second.browser, second.page, sign(key, second.page, { counter: 7 })));
  });

  it('that answers too late', async () => {
    const key = await enrolled();
    const { challenge, rpId } = offered((await begin()).page);
    clock.advance(31 * 60_000);
    const { browser, page } = await begin();
    await isRefused(await answer(browser, page, key.get(challenge, rpId, { origin: origin() })));
  });

  it('that was removed, that nobody added, and what is none', async () => {
    const key = await enrolled();
    await removePasskey(parts, lanId, key.id.toString('base64url'));
    const { browser, page } = await begin();
    await isRefused(await answer(browser, page, sign(key, page)));
    await isRefused(await answer(browser, page, sign(new SoftwareAuthenticator(), page)));
    for (const text of ['', '{}', 'null', '[1]', '{"id":"__proto__"}', 'x'.repeat(20_000)])
      await isRefused(await answer(browser, page, text));
  });

  it('of a locked account: the page says so, and nothing is signed in', async () => {
    const key = await enrolled();
    await lockAccount(provider.application, lanId, { ground: 'own-request', by: 'self' });
    const { browser, page } = await begin();
    const stopped = await answer(browser, page, sign(key, page));
    expect(new URL(stopped.url).searchParams.has('code')).toBe(false);
    expect(stopped.html).not.toContain('value="approve"');
    await unlockAccount(provider.application, lanId, { by: 'operator', reason: 'end of the test' } as never);
  });
});

describe('adding a passkey', () => {
  const refusal = (adding: Promise<unknown>) =>
    adding.then(
      () => 'was added',
      ({ code }: { code: string }) => code,
    );

  it.each<[string, Bent]>([
    ['on another site', { origin: 'https://senid.example.evil' }],
    ['for another relying party', { rpId: 'evil.example' }],
    ['without user verification', { isVerified: false }],
    ['by an answer of another ceremony', { type: 'webauthn.get' }],
  ])('is refused %s', async (_, bent) => {
    expect(await refusal(add(new SoftwareAuthenticator(), lanId, bent))).toBe('passkey_refused');
  });

  it("is refused by an answer to another session's offer (an attacker's key for the victim's account)", async () => {
    expect(await refusal(add(new SoftwareAuthenticator(), lanId, {}, 'session-2'))).toBe('passkey_refused');
  });

  it('is refused twice with one answer, and of a key that another account has', async () => {
    const key = new SoftwareAuthenticator();
    const account = await accountOf(lanId);
    const response = key.create(await offerPasskey(parts, account, 'session-1'), { origin: origin() });
    const adding = () => addPasskey(parts, account, { session: 'session-1', response, name: 'Máy', waitMs: 0 });
    const outcomes = await Promise.all([adding(), adding(), adding()].map(refusal));
    expect(outcomes.filter((each) => each === 'was added')).toHaveLength(1);
    expect(await refusal(add(key, minhId))).toBe('passkey_known');
    expect(await listPasskeys(parts, minhId)).toEqual([]);
  });

  it('stops at ten, also at once, and the account counts them truly', async () => {
    const outcomes = await Promise.all(Array.from({ length: 14 }, () => refusal(add(new SoftwareAuthenticator()))));
    expect(outcomes.filter((each) => each === 'was added').length).toBe(10);
    expect(new Set(outcomes)).toEqual(new Set(['was added', 'too_many_passkeys']));
    expect((await accountOf(lanId)).authenticators.passkeys).toBe(10);
  });

  it('is refused of an account that was locked or ended since', async () => {
    const account = await accountOf(lanId);
    const key = new SoftwareAuthenticator();
    const response = key.create(await offerPasskey(parts, account, 'session-1'), { origin: origin() });
    await lockAccount(provider.application, lanId, { ground: 'own-request', by: 'self' });
    expect(await refusal(addPasskey(parts, account, { session: 'session-1', response, name: 'Máy', waitMs: 0 }))).toBe(
      'account_locked',
    );
    await unlockAccount(provider.application, lanId, { by: 'operator', reason: 'end of the test' } as never);
  });

  it("another person's passkey is neither renamed nor removed", async () => {
    const key = await enrolled();
    const id = key.id.toString('base64url');
    expect(await refusal(removePasskey(parts, minhId, id))).toBe('passkey_not_found');
    expect(await refusal(renamePasskey(parts, minhId, id, 'x'))).toBe('passkey_not_found');
    expect(await refusal(renamePasskey(parts, lanId, id, 'Máy\u202e giả'))).toBe('passkey_name_invalid');
  });

  it('tells the authenticator neither ID number nor account', async () => {
    const options = JSON.stringify(await offerPasskey(parts, await accountOf(lanId), 'session-1'));
    const { user } = JSON.parse(options) as { user: { id: string } };
    expect(options).not.toContain(lan.id_number);
    expect(Buffer.from(user.id, 'base64url').toString()).not.toContain(lanId);
  });
});
