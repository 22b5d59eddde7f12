import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSettings } from '#config/load.ts';
import { accounts, credentials, reservations } from '#src/accounts/collections.ts';
import { idNumberReservation } from '#src/accounts/directory.ts';
import { leases } from '#src/background/collections.ts';
import { type Application, compose } from '#src/compose.ts';
import type { Collection, StoredDocument } from '#src/kernel/store.ts';
import { childEnvironment } from '#test/support/child-environment.ts';
import { type Engines, engineNames, startEngines } from '#test/support/engines.ts';
import { runSenid, senidBin } from '#test/support/run-senid.ts';

const people = 20_000;
const idNumber = (n: number): string => `0001900${String(n).padStart(5, '0')}`;
const person = (n: number) => ({
  id_number: idNumber(n),
  name: { family: 'Trần', given: 'Minh' },
  birthdate: '1985-05-05',
  gender: 'male',
  phone: `09${String(10_000_000 + n)}`,
  identity_level: 1,
  password_hash: `$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$${String(n).padStart(43, 'A')}`,
});
/** With one of each kind of line that is not to become an account. */
const lines = Array.from({ length: people }, (_, n) => {
  if (n === 9000) return person(8999);
  if (n === 9001) return { ...person(n), birthdate: '1985-15-05' };
  if (n === 18_000) return { ...person(n), phone: person(17).phone };
  return person(n);
});
const refused = [
  { line: 9002, code: 'birthdate_invalid' },
  { line: 18_001, code: 'phone_taken' },
];

const folder = mkdtempSync(join(tmpdir(), 'senid-killed-import-'));
const file = join(folder, 'people.ndjson');
let engines: Engines;
beforeAll(async () => {
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  engines = await startEngines();
});
afterAll(async () => {
  await engines.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function all<Doc extends StoredDocument>({ store }: Application, from: Collection<Doc, string>): Promise<Doc[]> {
  const found: Doc[] = [];
  for (;;) {
    const page = await store.scan(from, { limit: 5000, after: found.at(-1)?.id ?? '' });
    if (page.length === 0) return found;
    found.push(...page);
  }
}

/** Everything that is kept, by ID number, without the ids that are drawn by chance. */
async function kept(application: Application) {
  const secrets = new Map((await all(application, credentials)).map(({ id, ...rest }) => [id, rest]));
  const owners = Map.groupBy(await all(application, reservations), ({ accountId }) => accountId);
  const found = (await all(application, accounts)).map(({ id, createdAt: _, person: sealed, ...account }) => ({
    ...account,
    person: JSON.parse(application.sealing.open(sealed, `accounts/${id}/person`)) as { idNumber: string },
    secrets: secrets.get(id),
    reserved: owners.get(id)?.map((one) => one.id),
  }));
  return {
    people: found.sort((one, other) => (one.person.idNumber < other.person.idNumber ? -1 : 1)),
    counts: [found.length, secrets.size, owners.size],
  };
}

describe.each(engineNames)('people import on %s', (engine) => {
  it('killed with -9 in two places and run again leaves what one uninterrupted run leaves', { timeout: 120_000 }, async () => {
    const environment = (store: string) => ({
      SENID_PROFILE: 'test',
      SENID_DATA_DIR: folder,
      SENID_KEY_FILE: join(folder, 'keys.json'),
      SENID_LOG_LEVEL: 'silent',
      SENID_STORE: store,
    });
    const [place, other] = [engines.newPlace(engine), engines.newPlace(engine)];
    const application = await compose(loadSettings(environment(place)));
    const isReserved = async (n: number): Promise<boolean> =>
      (await application.store.get(reservations, idNumberReservation(application.sealing, idNumber(n)))) !== undefined;
    const isOpened = async (n: number): Promise<boolean> => (await application.accounts.findByIdNumber(idNumber(n))) !== undefined;

    const moments = [() => isReserved(0), () => isReserved(8500)];
    for (const moment of moments) {
      // the killed one's lease is waited for once, by the last run
      await application.store.remove(leases, 'people-import');
      const running = spawn(process.execPath, [senidBin, 'people', 'import', file], {
        env: childEnvironment(environment(place)),
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const ended = once(running, 'exit');
      while (!(await moment()) && running.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 2));
      running.kill('SIGKILL');
      expect(await ended).toEqual([null, 'SIGKILL']);
      expect(await isOpened(people - 1)).toBe(false);
    }
    const { json } = await runSenid(['people', 'import', file, '--json'], environment(place));
    const report = json as { imported: number; duplicates: number; refused: unknown[] };
    expect(report.imported + report.duplicates).toBe(people - refused.length);
    expect(report.duplicates).toBeGreaterThan(1);
    expect(report.refused).toEqual(refused);

    const whole = await runSenid(['people', 'import', file, '--json'], environment(other));
    expect(whole.json).toMatchObject({ imported: people - 3, duplicates: 1, refused });
    const uninterrupted = await compose(loadSettings(environment(other)));
    const [resumed, expected] = [await kept(application), await kept(uninterrupted)];
    expect(resumed.counts).toEqual([people - 3, people - 3, people - 3]);
    expect(resumed.counts).toEqual(expected.counts);
    expect(JSON.stringify(resumed.people)).toBe(JSON.stringify(expected.people));
    await Promise.all([application.close(), uninterrupted.close()]);
  });
});
