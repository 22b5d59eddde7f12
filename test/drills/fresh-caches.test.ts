import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockAccount, unlockAccount } from '#src/accounts/locks.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { lan } from '#test/support/phone-world.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const issuer = 'http://localhost:4000';

describe.runIf(canRunMongod())('what one process changes, another one', () => {
  let set: ReplicaSet;
  let folder: string;
  let one: TestProvider;
  let other: TestProvider;
  let bank: Service;
  let account: AccountId;
  beforeAll(async () => {
    set = await startReplicaSet();
    folder = mkdtempSync(join(tmpdir(), 'senid-drill-'));
    const keyFile = join(folder, 'keys.json');
    const key = randomBytes(32).toString('base64url');
    writeFileSync(keyFile, JSON.stringify({ keys: [{ id: 'k1', key }] }), { mode: 0o600 });
    const environment = { SENID_STORE: set.uri('senid'), SENID_ISSUER: issuer, SENID_KEY_FILE: keyFile };
    // both at once, on a store that has nothing yet
    [one, other] = await Promise.all([startProvider({ environment }), startProvider({ environment })]);
    account = await one.addPerson(lan);
    bank = await Service.register(one, 'bank');
  });
  afterAll(async () => {
    await Promise.all([one?.stop(), other?.stop()]);
    await set?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (provider: TestProvider, url: string): string => url.replace(issuer, `http://localhost:${provider.port}`);
  const authorize = async (provider: TestProvider, params = {}) =>
    (await new FormBrowser().request(at(provider, bank.authorize(params).url))).status;
  const put = (more: object) =>
    one.application.registry.put({
      client_id: 'bank',
      client_name: 'Ngân hàng',
      'client_name#en': 'Bank',
      class: 'private',
      redirect_uris: [bank.redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      id_token_signed_response_alg: 'ES256',
      ...more,
    });

  it('signs with the same keys, also when both began at once on an empty store', async () => {
    const keys = await Promise.all(
      [one, other].map(
        async (provider) => (await fetch(at(provider, `${issuer}/jwks`))).json() as Promise<{ keys: { kid: string }[] }>,
      ),
    );
    const kids = keys.map((each) => each.keys.map(({ kid }) => kid).sort());
    expect(kids[0]).toHaveLength(2);
    expect(kids[1]).toEqual(kids[0]);
  });

  it('refuses what a service may no longer do, within five seconds', async () => {
    // both know it now
    expect([await authorize(one), await authorize(other)]).toEqual([303, 303]);
    await put({ redirect_uris: ['http://localhost:9/bank/elsewhere'] });
    await expect.poll(() => authorize(other), { timeout: 5000 }).toBe(400);
    await put({});
    await expect.poll(() => authorize(other), { timeout: 5000 }).toBe(303);
  });

  it('holds to the policy of a service as it is now, within five seconds', async () => {
    const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined };
    const leadsTo = async (provider: TestProvider): Promise<string> => {
      const answer = await new FormBrowser().request(at(provider, bank.authorize(withoutPkce).url));
      return /interaction|error=\w+/.exec(answer.headers.get('location') ?? '')?.[0] ?? '';
    };
    expect([await leadsTo(one), await leadsTo(other)]).toEqual(['error=invalid_request', 'error=invalid_request']);
    await put({ require_pkce: false });
    await expect.poll(() => leadsTo(other), { timeout: 5000 }).toBe('interaction');
    await put({ require_pkce: true });
    await expect.poll(() => leadsTo(other), { timeout: 5000 }).toBe('error=invalid_request');
  });

  it('refuses a suspended service within five seconds, and takes it back as fast', async () => {
    expect(await authorize(other)).toBe(303);
    await one.application.registry.suspend('bank');
    await expect.poll(() => authorize(other), { timeout: 5000 }).toBe(400);
    await one.application.registry.resume('bank');
    await expect.poll(() => authorize(other), { timeout: 5000 }).toBe(303);
  });

  it('knows a lock at once: accounts are in no cache', async () => {
    const seen = async () => (await other.application.accounts.get(account))?.lock?.ground;
    expect(await seen()).toBeUndefined();
    await lockAccount(one.application, account, { ground: 'own-request', by: 'self' });
    expect(await seen()).toBe('own-request');
    await unlockAccount(one.application, account, 'drill');
    expect(await seen()).toBeUndefined();
  });
});
