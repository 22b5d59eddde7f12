// node bench/import.ts [--people 100000]: people a second that an import of hashed people opens on SQLite, their CPU time, and memory at the
// beginning and the end. One process, one thread does all of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSettings } from '#config/load.ts';
import { importPeople } from '#src/accounts/import-people.ts';
import { compose } from '#src/compose.ts';

const { values } = parseArgs({ options: { people: { type: 'string', default: '100000' }, store: { type: 'string' } } });
const people = Number(values.people);
const dataDir = mkdtempSync(join(tmpdir(), 'senid-import-'));
const settings = loadSettings({
  SENID_PROFILE: 'test',
  SENID_DATA_DIR: dataDir,
  SENID_LOG_LEVEL: 'warn',
  ...(values.store === undefined ? {} : { SENID_STORE: values.store }),
});
const application = await compose(settings);
const passwordHash = '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI';

async function* lines(from: number, to: number): AsyncGenerator<string> {
  for (let n = from; n < to; n += 1) {
    yield JSON.stringify({
      id_number: `000${String(n).padStart(9, '0')}`,
      name: { family: 'Nguyễn', middle: 'Thị', given: 'Lan' },
      birthdate: '1990-02-01',
      gender: 'female',
      phone: `09${String(n).padStart(8, '0')}`,
      email: `person${n}@example.org`,
      identity_level: 2,
      password_hash: passwordHash,
      address: { street_address: '12 đường Hoa Sen', locality: 'Phường Mẫu', region: 'Hà Nội' },
      evidence: { kind: 'in-person', place: 'Công an phường Mẫu', date: '2026-01-15', officer: 'officer-0001' },
    });
  }
}

const options = { dryRun: false, defaultEvidence: undefined };
await importPeople(application, lines(0, 5000), options);
const residentMiB = (): number => process.memoryUsage().rss / 1048576;
const [cpu, began, before] = [process.cpuUsage(), performance.now(), residentMiB()];
const report = await importPeople(application, lines(5000, 5000 + people), options);
const { user, system } = process.cpuUsage(cpu);
const cpuSeconds = (user + system) / 1e6;
if (report.imported !== people) throw new Error(JSON.stringify({ ...report, refused: report.refused.slice(0, 3) }));
console.log(
  `${people} people: ${Math.round(people / ((performance.now() - began) / 1000))} a second, ${Math.round(people / cpuSeconds)} a CPU second of this process, memory ${before.toFixed(0)} → ${residentMiB().toFixed(0)} MiB`,
);
await application.close();
rmSync(dataDir, { recursive: true, force: true });
