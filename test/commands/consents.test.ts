import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAccountEvents } from '#src/accounts/account-events.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { lan } from '#test/support/phone-world.ts';
import { runSenid } from '#test/support/run-senid.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service, type Tokens } from '#test/support/service.ts';

const folder = mkdtempSync(join(tmpdir(), 'senid-consents-'));
let provider: TestProvider;
let owner: AccountId;
let rp: Service;
beforeAll(async () => {
  provider = await startProvider();
  owner = await provider.addPerson(lan);
  // nobody answers there: what it is to be told waits
  rp = await Service.register(provider, 'rp', { consent_event_uri: 'http://127.0.0.1:9/events' });
});
afterAll(async () => {
  await provider.stop();
  rmSync(folder, { recursive: true, force: true });
});

const senid = (...args: readonly string[]) =>
  runSenid([...args, '--json'], {
    cwd: folder,
    SENID_PROFILE: 'test',
    SENID_ISSUER: provider.issuer,
    SENID_DATA_DIR: provider.dataDir,
  });
const signIn = async (): Promise<Tokens> =>
  (await rp.signIn(new FormBrowser(), lan, { scope: 'openid profile' }, ['name', 'birthdate'])).tokens;

describe('senid consents', () => {
  it('shows an operator nothing without a reason, and its person who looked and why', async () => {
    await signIn();
    expect(await senid('consents', 'list', lan.id_number)).toMatchObject({ code: 1, json: { code: 'reason_missing' } });
    const listed = await senid('consents', 'list', lan.id_number, '--reason', 'complaint 12');
    expect(listed.json).toMatchObject([{ client_id: 'rp', claims: ['name', 'birthdate'], open: true }]);
    const shown = await senid('consents', 'show', lan.id_number, 'rp', '--reason', 'complaint 12');
    expect(shown.json).toMatchObject([
      { granted: ['name', 'birthdate'], method: 'browser', withdrawn: false, shown: { page: expect.any(Array) } },
    ]);
    expect(await senid('consents', 'show', lan.id_number, 'none', '--reason', 'x')).toMatchObject({
      code: 1,
      json: { code: 'receipt_not_found' },
    });
    const events = await listAccountEvents(provider.application.store, owner);
    expect(events.filter(({ type, data }) => type === 'looked-up' && data['what'] === 'consents')[0]?.data).toMatchObject({
      reason: 'complaint 12',
      by: 'operator',
    });
  });

  it('withdraws with a reason, beside a running server, which obeys at the next use', async () => {
    const tokens = await signIn();
    expect(await senid('consents', 'withdraw', lan.id_number, 'rp')).toMatchObject({ code: 1, json: { code: 'reason_missing' } });
    const one = await senid('consents', 'withdraw', lan.id_number, 'rp', '--claim', 'birthdate', '--reason', 'letter 5');
    expect(one.code).toBe(0);
    expect(await rp.userinfo(tokens)).toMatchObject({ name: 'Nguyễn Thị Lan' });
    expect(await rp.userinfo(tokens)).not.toHaveProperty('birthdate');
    expect((await senid('consents', 'withdraw', lan.id_number, 'rp', '--reason', 'letter 6')).code).toBe(0);
    expect(await rp.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect(await senid('consents', 'withdraw', lan.id_number, 'none', '--reason', 'letter 7')).toMatchObject({
      code: 1,
      json: { code: 'consent_not_found' },
    });
    const events = await listAccountEvents(provider.application.store, owner);
    const withdrawals = events.filter(({ type }) => type === 'consent-withdrawn').map(({ data }) => data);
    expect(withdrawals).toMatchObject([
      { service: 'rp', claim: 'birthdate', by: 'operator', reason: 'letter 5' },
      { service: 'rp', by: 'operator', reason: 'letter 6' },
    ]);
  });

  it('senid outbox shows what the service could not be told, without whom it is about', async () => {
    await expect
      .poll(async () => (await senid('outbox', 'list')).json, { timeout: 10_000 })
      .toMatchObject([
        { kind: 'service-event', to: 'rp', state: 'waiting', last_error: 'ECONNREFUSED' },
        { kind: 'service-event', to: 'rp', state: 'waiting' },
      ]);
    expect((await senid('outbox', 'list')).out).not.toContain(owner);
    expect(await senid('outbox', 'retry', '--to', 'rp')).toMatchObject({ code: 1, json: { code: 'message_not_found' } });
  });
});

describe('senid phone', () => {
  it('lists consents, shows how they were given and withdraws them', async () => {
    const tokens = await signIn();
    const state = join(folder, 'phone.json');
    const { code } = await provider.application.enrolmentCodes.issue(owner, { vouched: true });
    expect((await senid('phone', 'enrol', code, '--issuer', provider.issuer, '--state', state)).code).toBe(0);
    const [listed] = (await senid('phone', 'consents', '--state', state)).json as { id: string }[];
    expect(listed).toMatchObject({ client_id: 'rp', claims: ['name', 'birthdate'] });
    const shown = await senid('phone', 'consents', listed?.id ?? '', '--state', state);
    expect(shown.json).toMatchObject({ client_id: 'rp', receipts: [{ withdrawn: false }, { withdrawn: true }] });
    expect(await senid('phone', 'withdraw', 'nothing', '--state', state)).toMatchObject({
      code: 1,
      json: { code: 'consent_not_found' },
    });
    expect((await senid('phone', 'withdraw', listed?.id ?? '', '--state', state)).json).toMatchObject({ withdrawn: true });
    expect(await rp.userinfo(tokens)).toMatchObject({ error: 'invalid_token' });
    expect((await senid('phone', 'consents', '--state', state)).json).toEqual([]);
  });
});
