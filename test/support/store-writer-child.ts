// Writes to the store named on the command line until it is killed, telling each write only after it was acknowledged.
import { systemClock } from '#src/kernel/clock.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { others, things } from '#test/contract/store-contract.ts';

const [, , path = '', kind = ''] = process.argv;
const store = await openSqliteStore({ path, clock: systemClock, collections: [things, others] as never });

if (kind === 'consume') {
  const results = await Promise.all(
    Array.from({ length: 100 }, () => store.patch(things, 'code', { colour: undefined }, { set: { colour: String(process.pid) } })),
  );
  process.send?.({ won: results.filter(({ outcome }) => outcome === 'patched').length });
  await store.close();
} else {
  for (let n = 0; ; n += 1) {
    await Promise.all([store.insert(things, { id: `w${n}`, count: n }), store.insert(others, { id: `w${n}`, count: n })]);
    process.stdout.write(`${n}\n`);
  }
}
