import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { loadSettings } from '#config/load.ts';
import { importPeople } from '#src/accounts/import-people.ts';
import { type Application, compose } from '#src/compose.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { StoreUnavailable } from '#src/kernel/store.ts';
import { evidence, type TestProvider } from './running-provider.ts';
import { Service } from './service.ts';

export interface DrillPerson {
  readonly idNumber: string;
  readonly account: AccountId;
}

/** Everything that drills share: people, services, and a look at the store that is none of the servers'. */
export interface DrillWorld {
  readonly application: Application;
  /** For servers on the same store. */
  readonly environment: Readonly<Record<string, string>>;
  readonly issuer: string;
  readonly password: string;
  nextPerson(): DrillPerson;
  nextPhonePerson(): DrillPerson;
  nextService(): Service;
  /** Tries until the store answers. */
  patiently<Result>(work: () => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

const password = 'sen hong 2026';
const idNumber = (n: number): string => `0001900${String(n).padStart(5, '0')}`;

export async function openDrillWorld({
  environment: given,
  people = 500,
}: {
  readonly environment: Readonly<Record<string, string>>;
  readonly people?: number;
}): Promise<DrillWorld> {
  const dataDir = mkdtempSync(join(tmpdir(), 'senid-drill-'));
  const environment = {
    SENID_PROFILE: 'test',
    SENID_DATA_DIR: dataDir,
    SENID_KEY_FILE: join(dataDir, 'keys.json'),
    SENID_LOG_LEVEL: process.env['SENID_TEST_LOG'] ?? 'silent',
    ...given,
  };
  const settings = loadSettings(environment);
  const application = await compose(settings);
  const { issuer } = settings;
  const passwordHash = await application.hashing.hash(password);
  const lines = Array.from({ length: people }, (_, n) =>
    JSON.stringify({
      id_number: idNumber(n),
      name: { family: 'Trần', given: 'Minh' },
      birthdate: '1985-05-05',
      gender: 'male',
      email: `p${n}@example.org`,
      phone: `09${String(10_000_000 + n)}`,
      identity_level: 2,
      password_hash: passwordHash,
    }),
  );
  const report = await importPeople(application, Readable.from(lines), { defaultEvidence: evidence, dryRun: false });
  if (report.imported !== people) throw new Error(`people are missing: ${JSON.stringify(report)}`);
  const found = await Promise.all(lines.map((_, n) => application.accounts.findByIdNumber(idNumber(n))));
  const ids = found.map((account) => account?.id as AccountId);
  const services: Service[] = [];
  for (const id of ['app', 'shop', 'bank'])
    services.push(
      await Service.register({ application, issuer } as unknown as TestProvider, id, {
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'none',
      }),
    );
  let [nextOfAll, nextWithPhone, nextService] = [0, people, 0];
  const person = (n: number): DrillPerson => ({ idNumber: idNumber(n), account: ids[n] as AccountId });
  return {
    application,
    environment,
    issuer,
    password,
    // the first two thirds sign in by password, over and over if need be; the last third have phones, each once
    nextPerson: () => person(nextOfAll++ % Math.ceil((people * 2) / 3)),
    nextPhonePerson() {
      nextWithPhone -= 1;
      if (nextWithPhone < (people * 2) / 3) throw new Error('everybody with a phone is locked by now: more people are needed');
      return person(nextWithPhone);
    },
    nextService: () => services[nextService++ % services.length] as Service,
    patiently,
    async close() {
      await application.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** What callers of the service do after a 503, for up to a minute. */
async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  const until = performance.now() + 60_000;
  for (;;) {
    try {
      return await work();
    } catch (failure) {
      if (!(failure instanceof StoreUnavailable) || performance.now() > until) throw failure;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
