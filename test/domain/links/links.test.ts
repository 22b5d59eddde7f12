import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accountEvents } from '#src/accounts/collections.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { systemRandom } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { linkReferences, links } from '#src/links/collections.ts';
import { completeLink } from '#src/links/complete-link.ts';
import { confirmLink, findLinkOffer } from '#src/links/confirm-link.ts';
import { endOwnLink, endServiceLink, listLinks } from '#src/links/end-link.ts';
import { linkRequestId, requestLink } from '#src/links/link-requests.ts';
import { listMessages } from '#src/outbox/messages.ts';
import { allCollections } from '#src/storage/collections.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { clientWith } from '#test/support/consent-world.ts';
import { type Engines, engineNames, openPlace, startEngines } from '#test/support/engines.ts';
import { TestClock } from '#test/support/test-clock.ts';

const lan = 'lan' as AccountId;
const minh = 'minh' as AccountId;
const clientId = 'shop';
const rules = { class: 'private', purposes: [{ id: 'a', vi: 'a', en: 'a' }], allowedClaims: [], legalBasis: [] } as const;
const shop = clientWith(clientId, { ...rules, purposes: [...rules.purposes] });
const registered = { ...shop, policy: { ...shop.policy, consentEventUri: 'https://shop.example/events' } };

let engines: Engines;
beforeAll(async () => {
  engines = await startEngines();
}, 120_000);
afterAll(() => engines.stop());

describe.each(engineNames)('links between people and accounts of services, on %s', (engine) => {
  let store: Store;
  let parts: Parameters<typeof endOwnLink>[0];
  beforeEach(async () => {
    const clock = new TestClock(Date.now());
    store = await openPlace(engines.newPlace(engine), allCollections, clock);
    const clients = { find: async () => ({ client: registered, secrets: [] }) };
    parts = { store, clock, clients, random: systemRandom, sealing: createSealing([{ id: 'k1', key: Buffer.alloc(32, 7) }]) };
    return () => store.close();
  });

  const ask = async (reference: string) => (await requestLink(parts, clientId, { reference, label: `label ${reference}` })).link;
  async function make(reference: string, accountId: AccountId) {
    const link = await ask(reference);
    await confirmLink(parts, { link, clientId, accountId });
    return completeLink(parts, linkRequestId(link), { clientId, accountId });
  }
  /** Every link has its reservation and no other is left. */
  async function expectConsistent(): Promise<void> {
    const [all, reserved] = [await store.scan(links, { limit: 100 }), await store.scan(linkReferences, { limit: 100 })];
    expect(reserved.map(({ id, accountId }) => [id, accountId]).sort()).toEqual(
      all.map(({ referenceKey, accountId }) => [referenceKey, accountId]).sort(),
    );
  }

  it('are made, moved by a confirmation that named what ends, and ended by either side, the other being told', async () => {
    expect(await make('one', lan)).toMatchObject({ reference: 'one' });
    const link = await ask('two');
    expect(await findLinkOffer(parts, { link, clientId, accountId: lan })).toEqual({ label: 'label two', replaces: 'label one' });
    expect(await make('two', lan)).toMatchObject({ reference: 'two', replaced: 'one' });
    await expectConsistent();
    await endServiceLink(parts, clientId, 'two');
    await make('one', lan);
    const [listed] = await listLinks(parts, lan);
    expect(listed).toMatchObject({ label: 'label one' });
    await endOwnLink(parts, lan, listed?.id ?? '');
    await expectConsistent();
    expect(await listLinks(parts, lan)).toEqual([]);
    expect(await listMessages(store)).toMatchObject([{ to: clientId, state: 'waiting' }]);
    const events = await store.find(accountEvents, 'account', lan);
    expect(events.map(({ type }) => type).sort()).toEqual([
      ...Array.from({ length: 3 }, () => 'account-linked'),
      ...Array.from({ length: 2 }, () => 'account-unlinked'),
    ]);
  });

  it('are not made by a confirmation that another link has overtaken', async () => {
    const link = await ask('one');
    await confirmLink(parts, { link, clientId, accountId: lan });
    await make('two', lan);
    expect(await completeLink(parts, linkRequestId(link), { clientId, accountId: lan })).toBeUndefined();
    expect((await listLinks(parts, lan)).map(({ label }) => label)).toEqual(['label two']);
    await expectConsistent();
  });

  it('are not made without a confirmation, for another person, or for another service', async () => {
    const link = await ask('one');
    const id = linkRequestId(link);
    expect(await completeLink(parts, id, { clientId, accountId: lan })).toBeUndefined();
    await confirmLink(parts, { link, clientId, accountId: lan });
    expect(await completeLink(parts, id, { clientId, accountId: minh })).toBeUndefined();
    expect(await completeLink(parts, id, { clientId: 'thief', accountId: lan })).toBeUndefined();
    await expect(confirmLink(parts, { link, clientId, accountId: minh })).rejects.toMatchObject({ code: 'link_invalid' });
    expect(await store.scan(links, { limit: 10 })).toEqual([]);
  });

  it('end once, whoever ends them at the same moment, and never a newer one', async () => {
    await make('one', lan);
    const [old] = await listLinks(parts, lan);
    const ends = [
      ...Array.from({ length: 4 }, () => endOwnLink(parts, lan, old?.id ?? '')),
      ...Array.from({ length: 4 }, () => endServiceLink(parts, clientId, 'one')),
    ];
    const settled = await Promise.allSettled(ends);
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await make('one', lan);
    await expect(endOwnLink(parts, lan, old?.id ?? '')).rejects.toMatchObject({ code: 'link_not_found' });
    await expectConsistent();
    expect(await listLinks(parts, lan)).toHaveLength(1);
  });

  it('that two people, or two requests of one person, make at the same moment never share a reference or a person', async () => {
    for (let round = 0; round < 5; round += 1) {
      const wanted = [
        ['x', lan],
        ['x', minh],
        ['y', lan],
      ] as const;
      const requests = await Promise.all(wanted.map(([reference]) => ask(reference)));
      await Promise.all(wanted.map(([, accountId], at) => confirmLink(parts, { link: requests[at] ?? '', clientId, accountId })));
      await Promise.all(
        wanted.map(([, accountId], at) => completeLink(parts, linkRequestId(requests[at] ?? ''), { clientId, accountId })),
      );
      await expectConsistent();
      const all = await store.scan(links, { limit: 100 });
      expect(all.length).toBeGreaterThan(0);
      expect(new Set(all.map(({ referenceKey }) => referenceKey)).size).toBe(all.length);
      for (const [reference] of wanted) await endServiceLink(parts, clientId, reference).catch(() => undefined);
    }
  });
});
