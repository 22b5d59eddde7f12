// SenID on SQLite, or on the store that BENCH_STORE names, with the people and services of the benchmark.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadSettings } from '#config/load.ts';
import { readPerson } from '#src/accounts/import-person.ts';
import { openAccount } from '#src/accounts/open-account.ts';
import { serve } from '#src/serve.ts';

const port = Number(process.env['BENCH_PORT']);
const people = Number(process.env['BENCH_PEOPLE']);
const store = process.env['BENCH_STORE'];
const dataDir = mkdtempSync(join(tmpdir(), 'senid-bench-'));
const running = await serve(
  loadSettings({
    SENID_PROFILE: 'test',
    SENID_ISSUER: `http://localhost:${port}`,
    SENID_PORT: String(port),
    SENID_DATA_DIR: dataDir,
    SENID_LOG_LEVEL: 'warn',
    ...(store === undefined ? {} : { SENID_STORE: store }),
  }),
);
const { application } = running;

const service = (id: string, grants: string[]) => ({
  client_id: id,
  client_secret: 'bench-secret',
  client_name: id,
  class: 'private',
  redirect_uris: ['http://localhost:9/cb'],
  response_types: ['code'],
  grant_types: grants,
  id_token_signed_response_alg: 'ES256',
  allowed_claims: ['name', 'email'],
});
await application.registry.put(service('bench', ['authorization_code', 'client_credentials']));
await application.registry.put(service('bench-rt', ['authorization_code', 'refresh_token']));
const passwordHash = await application.hashing.hash('correct horse');
for (let n = 0; n < people; n += 1) {
  const line = {
    id_number: String(n).padStart(12, '0'),
    name: { family: 'Trần', given: 'Minh' },
    birthdate: '1985',
    gender: 'male',
    email: `p${n}@example.org`,
    identity_level: 1,
    password_hash: passwordHash,
  };
  await openAccount(application, await readPerson(line, application, { defaultEvidence: undefined, hash: true }));
}
for (let n = 0; n < Math.min(people, 128); n += 1) {
  const account = await application.accounts.findByIdNumber(String(n).padStart(12, '0'));
  if (account === undefined) throw new Error('a person is missing');
  process.stdout.write(`enrolment ${(await application.enrolmentCodes.issue(account.id, { vouched: true })).code}\n`);
}
process.stdout.write('ready\n');
process.on('SIGTERM', () => {
  void running.stop().then(() => {
    rmSync(dataDir, { recursive: true, force: true });
    process.exit(0);
  });
});
