import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountId } from '#src/kernel/identifier.ts';
import { createVirtualPhone, enrolPhone } from '#src/phone/virtual-phone.ts';
import { type Balancer, startBalancer } from '#test/support/balancer.ts';
import { childEnvironment } from '#test/support/child-environment.ts';
import { FormBrowser } from '#test/support/form-browser.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { startProvider, type TestProvider } from '#test/support/running-provider.ts';
import { Service, type Tokens } from '#test/support/service.ts';

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
const bin = fileURLToPath(new URL('../../bin/senid.js', import.meta.url));

describe.runIf(canRunMongod())('two processes on MongoDB behind one address', () => {
  let set: ReplicaSet;
  let balancer: Balancer;
  let one: TestProvider;
  let other: TestProvider;
  let bank: Service;
  let account: AccountId;
  let environment: Record<string, string>;

  beforeAll(async () => {
    set = await startReplicaSet();
    balancer = await startBalancer();
    environment = { SENID_STORE: set.uri('senid'), SENID_ISSUER: balancer.address };
    one = await startProvider({ environment });
    environment = { ...environment, SENID_KEY_FILE: join(one.dataDir, 'keys.json') };
    other = await startProvider({ environment });
    account = await one.addPerson(lan);
    bank = await Service.register(one, 'bank', { grant_types: ['authorization_code', 'refresh_token'] });
  });
  afterAll(async () => {
    await other.stop();
    await one.stop();
    await balancer.stop();
    await set.stop();
  });

  /** Every request goes to the other process than the one before. */
  function takeTurns(): void {
    let requests = 0;
    balancer.route(() => (requests++ % 2 === 0 ? one.port : other.port));
  }

  it('sign a person in by password, refresh and release claims, whichever process each request meets', async () => {
    takeTurns();
    const { status, tokens, claims } = await bank.signIn(new FormBrowser(), lan, { scope: 'openid email offline_access' }, [
      'email',
    ]);
    expect(status).toBe(200);
    expect(claims).toMatchObject({ acr: 'urn:senid:acr:id2-auth1', amr: ['pwd'] });
    expect(await bank.userinfo(tokens)).toMatchObject({ email: 'lan@example.org' });
    const refreshed = await bank.post('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token ?? '' });
    expect(refreshed.status).toBe(200);
    const next = (await refreshed.json()) as Tokens;
    expect(decodeJwt(next.id_token).sub).toBe(claims?.sub);
    expect(await bank.userinfo(next)).toMatchObject({ email: 'lan@example.org' });
  });

  it('let no code be redeemed twice, one at each', async () => {
    takeTurns();
    const browser = new FormBrowser();
    await bank.signIn(browser, lan, { scope: 'openid' });
    const { url, verifier } = bank.authorize({ scope: 'openid' });
    const back = await browser.open(url, {}, bank.redirectUri);
    const redeemed = await Promise.all(Array.from({ length: 10 }, () => bank.redeem(back, verifier)));
    expect(redeemed.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  });

  const frames = ['that came by the events', 'that came with the page'] as const;
  it.each(frames)('wake a page that waits at one when the phone scans a frame %s and decides through the other', async (frame) => {
    balancer.route((path) => (path.endsWith('/events') ? one.port : other.port));
    const { code } = await one.application.enrolmentCodes.issue(account, { vouched: true });
    const phone = createVirtualPhone(await enrolPhone(balancer.address, code));
    const browser = new FormBrowser();
    const { url, verifier } = bank.authorize({ scope: 'openid' });
    const page = await browser.open(url);
    const stream = await fetch(`${page.url}/events`, { headers: { cookie: browser.cookieHeader(page.url) } });
    let text = '';
    const reading = (async () => {
      for await (const chunk of stream.body ?? []) text += Buffer.from(chunk).toString();
    })();
    await expect.poll(() => text).toContain('event: qr');
    const ofPage = /data-qr="([^"]+)"/.exec(page.html)?.[1];
    const ofEvents = /data: (\S+)/.exec(text)?.[1];
    const approval = await phone.scan((frame === frames[0] ? ofEvents : ofPage) ?? '');
    await expect.poll(() => text, { timeout: 1500 }).toMatch(/event: scanned[\s\S]*event: number\ndata: \d\d/);
    const decidedAt = performance.now();
    await phone.decide(approval, { decision: 'approve', number: /event: number\ndata: (\d\d)/.exec(text)?.[1] });
    await reading;
    // by itself the page would look after five seconds
    expect(performance.now() - decidedAt).toBeLessThan(1500);
    expect(text).toContain('event: approved');
    let next = await browser.open(page.url, {}, bank.redirectUri);
    for (const button of ['continue', 'approve'])
      if (next.html.includes(`value="${button}"`)) next = await browser.press(next, button, {}, bank.redirectUri);
    const { tokens } = await bank.redeem(next, verifier);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ acr: 'urn:senid:acr:id2-auth2' });
  });

  it('take up within five seconds what a command changes', async () => {
    balancer.route(() => other.port);
    const authorize = async () => (await new FormBrowser().open(bank.authorize().url)).status;
    expect(await authorize()).toBe(200);
    expect((await senid('clients', 'suspend', 'bank')).code).toBe(0);
    await expect.poll(authorize, { timeout: 5000 }).toBeGreaterThanOrEqual(400);
  });

  it('have all indexes: applying them again makes none; a production start without them is refused in words', async () => {
    const applied = await senid('indexes', 'apply', '--json');
    const { engine, collections } = JSON.parse(applied.out) as { engine: string; collections: { missing: string[] }[] };
    expect(engine).toBe('mongodb');
    expect(collections.flatMap(({ missing }) => missing)).toEqual([]);
    const keyFile = join(one.dataDir, 'production.json');
    const key = randomBytes(32).toString('base64url');
    writeFileSync(keyFile, JSON.stringify({ keys: [{ id: 'k1', key }] }), { mode: 0o600 });
    const empty = {
      SENID_STORE: set.uri('empty'),
      SENID_PROFILE: 'production',
      SENID_ISSUER: 'https://id.example',
      SENID_KEY_FILE: keyFile,
    };
    const refused = await senid('doctor', empty);
    expect(refused.code).toBe(1);
    expect(refused.out).toContain('run `senid indexes apply`');
    expect((await senid('indexes', 'apply', empty)).out).toContain('made   ttl: expiresOn');
    expect((await senid('doctor', empty)).code).toBe(0);
  });

  async function senid(...given: (string | Record<string, string>)[]): Promise<{ readonly code: number; readonly out: string }> {
    const args = given.filter((each) => typeof each === 'string');
    const more = Object.assign({}, ...given.filter((each) => typeof each !== 'string'));
    const env = childEnvironment({ SENID_PROFILE: 'test', SENID_DATA_DIR: one.dataDir, ...environment, ...more });
    const child = spawn(process.execPath, [bin, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    const code = await new Promise<number>((resolve) => child.once('close', (ended) => resolve(ended ?? -1)));
    return { code, out };
  }
});
