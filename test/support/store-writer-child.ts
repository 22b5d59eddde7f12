// Writes to the store named on the command line until it is killed, telling each write only after it was acknowledged.
import { systemClock } from '#src/kernel/clock.ts';
import { connectMongo } from '#src/storage/mongo/connection.ts';
import { createMongoStore } from '#src/storage/mongo/mongo-store.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { others, things } from '#test/contract/store-contract.ts';

const [, , place = '', kind = ''] = process.argv;
const parts = { clock: systemClock, collections: [things, others] as never };
const store = place.startsWith('mongodb:')
  ? createMongoStore({ ...parts, connection: await connectMongo(place) })
  : await openSqliteStore({ ...parts, path: place });

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
