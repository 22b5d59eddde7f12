import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { readPerson } from '#src/accounts/import-person.ts';
import { openAccount } from '#src/accounts/open-account.ts';
import { type Application, compose } from '#src/compose.ts';
import { consentId, consents } from '#src/consent/collections.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { senidBin } from '#test/support/run-senid.ts';
import { freePort, type TestProvider } from '#test/support/running-provider.ts';
import { Service } from '#test/support/service.ts';
import { type LoadReport, startLoad } from '#test/support/sign-in-load.ts';

const people = Array.from({ length: 60 }, (_, n) => ({
  id_number: `00019000${String(n).padStart(4, '0')}`,
  name: { family: 'Nguyễn', middle: '', given: 'Lan' },
  birthdate: '1990-02-01',
  gender: 'female',
  identity_level: 1,
  password: 'sen hong 2026',
}));

describe.runIf(canRunMongod())('two workers on a replica set of three, with people signing in', () => {
  let set: ReplicaSet;
  let server: ChildProcess;
  let application: Application;
  let bank: Service;
  let issuer: string;
  let dataDir: string;

  beforeAll(async () => {
    set = await startReplicaSet(3);
    const port = await freePort();
    issuer = `http://localhost:${port}`;
    dataDir = mkdtempSync(join(tmpdir(), 'senid-drill-'));
    const environment = {
      SENID_PROFILE: 'test',
      SENID_STORE: set.uri('drill'),
      SENID_ISSUER: issuer,
      SENID_PORT: String(port),
      SENID_DATA_DIR: dataDir,
      SENID_LOG_LEVEL: 'silent',
    };
    application = await compose(loadSettings(environment));
    const passwordHash = await application.hashing.hash('sen hong 2026');
    for (const { password: _, ...person } of people) {
      const line = { ...person, password_hash: passwordHash };
      await openAccount(application, await readPerson(line, application, { defaultEvidence: undefined, hash: true }));
    }
    bank = await Service.register({ issuer, application } as TestProvider, 'bank', {
      grant_types: ['authorization_code', 'refresh_token'],
    });
    server = spawn(process.execPath, [senidBin, 'serve', '--workers', '2'], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((resolve, reject) => {
      server.stdout?.on('data', (text: Buffer) => text.includes('ready') && resolve());
      server.once('exit', (code) => reject(new Error(`serve ended with ${code}`)));
    });
  }, 120_000);
  afterAll(async () => {
    server.kill('SIGKILL');
    await application.close();
    await set.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const workers = (): number[] =>
    readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  const ready = async (): Promise<number> =>
    fetch(`${issuer}/readyz`, { signal: AbortSignal.timeout(9000) }).then(
      ({ status }) => status,
      () => 0,
    );
  const more = (load: { readonly done: () => number }, sign_ins = 8) => {
    const from = load.done();
    return expect.poll(load.done, { timeout: 60_000, interval: 50 }).toBeGreaterThanOrEqual(from + sign_ins);
  };

  /** What was acknowledged is there, and what was used is used. */
  async function expectNothingLost({ redeemed, consented }: LoadReport): Promise<void> {
    for (const idNumber of consented) {
      const account = await application.accounts.findByIdNumber(idNumber);
      const kept = account && (await application.store.get(consents, consentId(account.id, 'bank')));
      expect(Object.values(kept?.receipts ?? {}).some(({ granted }) => granted.includes('name'))).toBe(true);
    }
    for (const { code, verifier } of redeemed.slice(-60)) {
      const again = await bank.post('/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: bank.redirectUri,
        code_verifier: verifier,
      });
      expect(again.status).toBe(400);
    }
  }

  /** No answer that blames anybody: 503, or a connection that ended with its process. */
  const unexpected = ({ failures }: LoadReport): string[] =>
    failures.map(({ what }) => what).filter((what) => !/ 503|fetch failed|\(503\)/.test(what));

  it('a worker killed in the middle is replaced, and others go on meanwhile', async () => {
    const load = startLoad(bank, people.slice(0, 20));
    await more(load);
    const before = workers();
    expect(before).toHaveLength(2);
    const killedAt = performance.now();
    process.kill(before[0] ?? 0, 'SIGKILL');
    await more(load);
    await expect.poll(() => workers().filter((pid) => !before.includes(pid)).length, { timeout: 20_000 }).toBe(1);
    await more(load);
    const report = await load.stop();
    expect(unexpected(report)).toEqual([]);
    // only what the dead one had in its hands
    expect(report.failures.filter(({ began }) => began > killedAt + 1000)).toEqual([]);
    await expectNothingLost(report);
  }, 120_000);

  it('all workers are replaced on SIGHUP, and nobody notices', async () => {
    const load = startLoad(bank, people.slice(20, 40));
    await more(load);
    const before = workers();
    server.kill('SIGHUP');
    await expect.poll(() => workers().some((pid) => before.includes(pid)), { timeout: 40_000 }).toBe(false);
    await more(load);
    const report = await load.stop();
    expect(report.failures).toEqual([]);
    await expectNothingLost(report);
  }, 120_000);

  it('the primary steps down, then is killed: errors last as long as there is none, and nothing is lost or used twice', async () => {
    const load = startLoad(bank, people.slice(40));
    await more(load);
    const admin = mongoose.createConnection(set.uri('admin'));
    await admin.asPromise();
    const client = admin.getClient();
    await client
      .db('admin')
      .command({ replSetStepDown: 10, force: true })
      .catch(() => undefined);
    await more(load);
    const { primary } = (await client.db('admin').command({ hello: 1 })) as { primary: string };
    await admin.close();
    await set.nodes.find(({ port }) => primary.endsWith(`:${port}`))?.kill();
    const killedAt = performance.now();
    await more(load, 15);
    const report = await load.stop();
    expect(unexpected(report)).toEqual([]);
    expect(report.failures.filter(({ began }) => began > killedAt + 20_000)).toEqual([]);
    expect(await ready()).toBe(200);
    await expectNothingLost(report);
  }, 180_000);

  it('without a majority nobody is ready and requests end soon; with one everything goes on by itself', async () => {
    const [paused] = set.nodes.filter(({ pid }) => isAlive(pid));
    process.kill(paused?.pid ?? 0, 'SIGSTOP');
    await expect.poll(ready, { timeout: 30_000 }).not.toBe(200);
    const began = performance.now();
    const refused = await bank.post('/token', { grant_type: 'refresh_token', refresh_token: 'unknown' });
    expect(refused.status).not.toBe(500);
    expect(performance.now() - began).toBeLessThan(25_000);
    process.kill(paused?.pid ?? 0, 'SIGCONT');
    await expect.poll(ready, { timeout: 60_000 }).toBe(200);
    const load = startLoad(bank, people.slice(0, 10));
    await more(load, 4);
    await load.stop();
  }, 180_000);

  it('SIGTERM ends them all, and says that all is well', async () => {
    const ended = new Promise<number | null>((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 30_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
