import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVirtualPhone, enrolPhone } from '#src/phone/virtual-phone.ts';
import { badlyRefused, lostOrDoubled, summaryOf } from '#test/support/drill-verdict.ts';
import { type DrillWorld, openDrillWorld } from '#test/support/drill-world.ts';
import { FormBrowser, formsOf } from '#test/support/form-browser.ts';
import { canRunMongod, type ReplicaSet, startReplicaSet } from '#test/support/mongod.ts';
import { numberOf, qrOf } from '#test/support/phone-world.ts';
import { freeAddress, type ServeProcess, startServe } from '#test/support/serve-process.ts';
import { startSignIns } from '#test/support/sign-in-load.ts';

/** A page's event stream, as a browser follows it: it comes back by itself when the line ends. */
function follow(url: string, cookie: string) {
  const heard = { text: '', connections: 0, refused: [] as number[] };
  const leaving = new AbortController();
  const isOver = (): boolean => leaving.signal.aborted || /event: (approved|denied|expired)/.test(heard.text);
  const following = (async () => {
    while (!isOver()) {
      const response = await fetch(url, { headers: { cookie }, signal: leaving.signal });
      heard.connections += 1;
      if (response.status !== 200) heard.refused.push(response.status);
      for await (const chunk of response.body ?? []) heard.text += Buffer.from(chunk).toString();
      const retryMs = Number(/retry: (\d+)/.exec(heard.text)?.[1] ?? 3000);
      if (!isOver()) await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  })();
  following.catch(() => undefined);
  return { heard, following, leave: () => leaving.abort() };
}

describe.runIf(canRunMongod())('replacing all processes', () => {
  let set: ReplicaSet;
  let world: DrillWorld;
  let serve: ServeProcess;
  beforeAll(async () => {
    set = await startReplicaSet(3);
    world = await openDrillWorld({ environment: { SENID_STORE: set.uri('senid'), ...(await freeAddress()) } });
    serve = await startServe(world.environment, ['--workers', '2']);
  });
  afterAll(async () => {
    await serve?.end();
    await world?.close();
    await set?.stop();
  });

  /** A page whose QR a phone has scanned, and that waits for its answer. */
  async function waitingPage() {
    const service = world.nextService();
    const { code } = await world.application.enrolmentCodes.issue(world.nextPhonePerson().account, { vouched: true });
    const phone = createVirtualPhone(await enrolPhone(world.issuer, code));
    const browser = new FormBrowser();
    const page = await browser.open(service.authorize().url);
    const approval = await phone.scan(qrOf(page));
    const shown = await browser.open(page.url);
    const events = follow(`${page.url}/events`, browser.cookieHeader(page.url));
    await expect.poll(() => events.heard.text).toContain('event: number');
    return { events, decide: () => phone.decide(approval, { decision: 'approve', number: numberOf(shown) }) };
  }

  /** A form with a right password, ready to be sent. */
  async function passwordPost(): Promise<() => Promise<Response>> {
    const browser = new FormBrowser();
    const page = await browser.open(world.nextService().authorize().url);
    const form = formsOf(page.html).find(({ buttons }) => buttons.includes('continue'));
    const body = new URLSearchParams({ ...Object.fromEntries(form?.fields ?? []), action: 'continue' });
    body.set('id_number', world.nextPerson().idNumber);
    body.set('password', world.password);
    return () => browser.request(new URL(form?.action ?? '', page.url).href, { method: 'POST', body });
  }

  it('fails no sign-in; pages that wait are moved on and still woken', async () => {
    const before = serve.workers();
    const waiting = await Promise.all([waitingPage(), waitingPage(), waitingPage()]);
    const load = startSignIns(world);
    await load.more(8);
    const from = performance.now();
    serve.signal('SIGHUP');
    const isReplaced = (): boolean => {
      const now = serve.workers();
      return now.length === 2 && now.every((pid) => !before.includes(pid));
    };
    await expect.poll(isReplaced, { timeout: 30_000, interval: 200 }).toBe(true);
    const replacedAfter = performance.now() - from;
    await load.more(8);
    await expect.poll(() => waiting.every(({ events }) => events.heard.connections > 1)).toBe(true);
    const woken: number[] = [];
    for (const { events, decide } of waiting) {
      const decidedAt = performance.now();
      await decide();
      await expect.poll(() => events.heard.text, { timeout: 4000, interval: 10 }).toContain('event: approved');
      woken.push(Math.round(performance.now() - decidedAt));
      await events.following;
    }
    const ledger = await load.stop();
    console.info(
      summaryOf(
        'rolling replacement',
        ledger,
        `replaced in ${Math.round(replacedAfter)} ms, pages woken after ${woken.join(', ')} ms`,
      ),
    );
    expect(waiting.flatMap(({ events }) => events.heard.refused)).toEqual([]);
    // by itself a page would look after five seconds
    expect(Math.max(...woken)).toBeLessThan(2000);
    expect(badlyRefused(ledger, [])).toEqual([]);
    expect(await lostOrDoubled(world, ledger)).toEqual([]);
  }, 60_000);

  it('or ending them ends well: what runs is answered, waiting pages are let go, and the exit code is 0', async () => {
    const { events } = await waitingPage();
    const posts = await Promise.all(Array.from({ length: 6 }, passwordPost));
    const answers = Promise.all(posts.map((post) => post()));
    const from = performance.now();
    serve.signal('SIGTERM');
    expect(await serve.ended).toBe(0);
    const took = performance.now() - from;
    events.leave();
    console.info(`end by SIGTERM: exit 0 after ${Math.round(took)} ms`);
    expect((await answers).map(({ status }) => status)).toEqual(posts.map(() => 303));
    expect(events.heard.text).toContain('retry: 200');
    expect(took).toBeLessThan(8000);
  }, 60_000);
});
