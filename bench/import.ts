// node bench/import.ts [--people 100000] [--store mongodb]: people a second that an import of hashed people opens, the CPU time of this process (one
// thread does all of it) and of the store's, and resident memory on the way.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadSettings } from '#config/load.ts';
import { importPeople } from '#src/accounts/import-people.ts';
import { compose } from '#src/compose.ts';
import { startReplicaSet } from '#test/support/mongod.ts';
import { peopleLines } from './people-lines.ts';
import { cpuMs } from './process-cost.ts';

const { values } = parseArgs({
  options: { people: { type: 'string', default: '100000' }, store: { type: 'string', default: 'sqlite' } },
});
const people = Number(values.people);
const warmUp = 5000;
const set = values.store === 'mongodb' ? await startReplicaSet() : undefined;
const storeMs = (): number => set?.nodes.reduce((sum, { pid }) => sum + cpuMs(pid), 0) ?? 0;
const residentMiB = (): string => (process.memoryUsage().rss / 1048576).toFixed(0);
const dataDir = mkdtempSync(join(tmpdir(), 'senid-import-'));
const settings = loadSettings({
  SENID_PROFILE: 'test',
  SENID_DATA_DIR: dataDir,
  SENID_LOG_LEVEL: 'warn',
  ...(set === undefined ? {} : { SENID_STORE: set.uri('import') }),
});
const application = await compose(settings);
try {
  const options = { dryRun: false, defaultEvidence: undefined };
  await importPeople(application, peopleLines(0, warmUp), options);
  const [cpu, ofStore, began] = [process.cpuUsage(), storeMs(), performance.now()];
  const resident = [residentMiB()];
  let told = 0;
  const report = await importPeople(application, peopleLines(warmUp, warmUp + people), {
    ...options,
    progress({ lines }) {
      if (lines - told < people / 10) return;
      told = lines;
      resident.push(residentMiB());
    },
  });
  const { user, system } = process.cpuUsage(cpu);
  if (report.imported !== people) throw new Error(JSON.stringify({ ...report, refused: report.refused.slice(0, 3) }));
  console.log(
    `${people} people: ${Math.round(people / ((performance.now() - began) / 1000))} a second, ${Math.round((people * 1e6) / (user + system))} a CPU second of this process (the store ${((1000 * (storeMs() - ofStore)) / people).toFixed(0)} µs each beside it), resident MiB ${resident.join(' ')}`,
  );
} finally {
  await application.close();
  await set?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
