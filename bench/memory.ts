// node bench/memory.ts [--sign-ins 10000] [--mixed 0]: resident memory of one process while people sign in, a password sign-in in ten, the rest by
// single sign-on. With `--mixed MINUTES` every sign-in is by password, so that as many sessions live, and the mixed day follows for that long. The
// server is a process of its own with the small heap that `senid serve` gives itself, or with this one's V8 flags where it has any
// (`node --max-semi-space-size=16 bench/memory.ts`: Node's own size); loopback only.
import { parseArgs } from 'node:util';
import { freePort } from '#test/support/running-provider.ts';
import { cpuMs, residentMiB } from './process-cost.ts';
import { scenarios } from './scenarios.ts';
import { heapAsServed, startServer } from './server-process.ts';

const { values } = parseArgs({
  options: { 'sign-ins': { type: 'string', default: '10000' }, mixed: { type: 'string', default: '0' } },
});
const mixedMinutes = Number(values.mixed);
const total = Number(values['sign-ins']);
const port = await freePort();
const began = performance.now();
const server = await startServer('./senid-server.ts', { BENCH_PORT: String(port), BENCH_PEOPLE: '200' }, heapAsServed());
console.log(
  `ready, with 200 people opened, after ${((performance.now() - began) / 1000).toFixed(1)} s; ${residentMiB(server.pid).toFixed(0)} MiB`,
);

const codes = [...server.printed().matchAll(/enrolment (\S+)/g)].map(([, code = '']) => code);
const peer = { issuer: `http://localhost:${port}`, people: 200, codes };
const { login, sso, 'mixed-day': mixedDay } = scenarios;
if (login === undefined || sso === undefined || mixedDay === undefined) throw new Error('scenarios are missing');
const workers = await Promise.all(Array.from({ length: 8 }, async () => ({ login: await login(peer), sso: await sso(peer) })));
const cpuBefore = cpuMs(server.pid);
let done = 0;
let next = total / 10;
await Promise.all(
  workers.map(async (worker) => {
    while (done < total) {
      done += 1;
      await (mixedMinutes > 0 || done % 10 === 0 ? worker.login() : worker.sso());
      if (done >= next) {
        next += total / 10;
        console.log(`${done} sign-ins: ${residentMiB(server.pid).toFixed(0)} MiB`);
      }
    }
  }),
);
console.log(`CPU of the server: ${((cpuMs(server.pid) - cpuBefore) / total).toFixed(2)} ms a sign-in`);

const end = performance.now() + mixedMinutes * 60_000;
const telling = setInterval(() => console.log(`mixed day: ${residentMiB(server.pid).toFixed(0)} MiB`), 30_000);
if (mixedMinutes > 0)
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      const operate = await mixedDay(peer);
      while (performance.now() < end) await operate();
    }),
  );
clearInterval(telling);
await server.stop();
