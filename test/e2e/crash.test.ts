import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { readPerson } from '#src/accounts/import-person.ts';
import { openAccount } from '#src/accounts/open-account.ts';
import { compose } from '#src/compose.ts';
import { findConsent } from '#src/consent/record-consent.ts';
import { FormBrowser, type Page } from '#test/support/form-browser.ts';
import { evidence, freePort, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const dataDir = mkdtempSync(join(tmpdir(), 'senid-crash-'));
const people = 100;
const idNumber = (n: number): string => `0001900${String(n).padStart(5, '0')}`;
let running: ChildProcess | undefined;
afterAll(() => {
  running?.kill('SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

async function startServe(environment: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running = child;
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => text.toString().includes('ready') && resolve());
    child.once('exit', () => reject(new Error('serve ended')));
  });
}

it('a kill -9 in the middle of 100 sign-ins loses no consent and leaves no code that works twice', async () => {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const environment = {
    SENID_PROFILE: 'test',
    SENID_ISSUER: issuer,
    SENID_PORT: String(port),
    SENID_DATA_DIR: dataDir,
    SENID_LOG_LEVEL: 'silent',
  };
  const application = await compose(loadSettings(environment));
  const [passwordHash] = [await application.hashing.hash('sen hong 2026')];
  for (let n = 0; n < people; n += 1) {
    const line = {
      id_number: idNumber(n),
      name: { family: 'Trần', given: 'Minh' },
      birthdate: '1985',
      gender: 'male',
      email: `p${n}@example.org`,
      identity_level: 1,
      password_hash: passwordHash,
    };
    await openAccount(application, await readPerson(line, application, { defaultEvidence: evidence, hash: true }));
  }
  const rp = await Service.register({ application, issuer } as unknown as TestProvider, 'rp');
  await startServe(environment);

  const consented = new Set<number>();
  const codes: { page: Page; verifier: string }[] = [];
  const redeemed: { page: Page; verifier: string }[] = [];
  const signIn = async (n: number): Promise<void> => {
    const browser = new FormBrowser();
    const { url, verifier } = rp.authorize({ scope: 'openid email' });
    const consent = await browser.press(await browser.open(url), 'continue', { id_number: idNumber(n), password: 'sen hong 2026' });
    const back = await browser.press(consent, 'approve', { grant: ['email'] }, rp.redirectUri);
    consented.add(n);
    codes.push({ page: back, verifier });
    if (n % 2 === 0 && (await rp.redeem(back, verifier)).status === 200) redeemed.push({ page: back, verifier });
    if (consented.size >= 50) running?.kill('SIGKILL');
  };
  // not all at once, so that some have not come to their consent when it happens
  let next = 0;
  const oneAfterAnother = async (): Promise<void> => {
    while (next < people) await signIn(next++).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: 25 }, oneAfterAnother));
  expect(consented.size).toBeGreaterThanOrEqual(50);
  expect(consented.size).toBeLessThan(people);
  expect(redeemed.length).toBeGreaterThan(0);

  await startServe(environment);
  for (const n of consented) {
    const account = await application.accounts.findByIdNumber(idNumber(n));
    const consent = account && (await findConsent(application.store, account.id, 'rp'));
    expect(Object.values(consent?.receipts ?? {}).some(({ granted }) => granted.includes('email'))).toBe(true);
  }
  for (const { page, verifier } of redeemed) expect((await rp.redeem(page, verifier)).status).toBe(400);
  for (const { page, verifier } of codes) {
    const again = await Promise.all([rp.redeem(page, verifier), rp.redeem(page, verifier)]);
    expect(again.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  }
  await application.close();
});
