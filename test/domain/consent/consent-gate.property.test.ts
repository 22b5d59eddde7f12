import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { accounts } from '#src/accounts/collections.ts';
import { endingsFor } from '#src/accounts/service-endings.ts';
import { consentId, consents } from '#src/consent/collections.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { type ConsentWorld, clientWith, openConsentWorld } from '#test/support/consent-world.ts';

const lifeMs = 1_000_000;
let world: ConsentWorld;
beforeAll(async () => {
  world = await openConsentWorld(lifeMs);
});
afterAll(() => world.close());

const claims = ['name', 'birthdate', 'email', 'gender'] as const;
const purposeIds = ['account', 'news'] as const;
const clientIds = ['one', 'two'] as const;
const wording = fc.constantFrom('A', 'B');
const text = (words: string) => ({ vi: `${words} vi`, en: `${words} en` });

const client = fc.constantFrom(...clientIds);
const registration = fc.record({
  what: fc.constant('register' as const),
  client,
  isPublic: fc.boolean(),
  purposes: fc.record({ account: wording, news: wording }),
  hasNews: fc.boolean(),
  allowed: fc.subarray([...claims], { minLength: 1 }),
  byLaw: fc.subarray([...claims], { maxLength: 2 }),
  law: wording,
});
const operation = fc.oneof(
  { weight: 1, arbitrary: registration },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('reword' as const),
      client,
      words: fc.oneof(fc.record({ account: wording }), fc.record({ news: wording }), fc.record({ law: wording })),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant('decide' as const),
      client,
      purpose: fc.constantFrom(...purposeIds),
      scope: fc.constantFrom('openid profile', 'openid email', 'openid profile email', 'openid profile offline_access'),
      again: fc.boolean(),
      ticks: fc.subarray([...claims]),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      what: fc.constant('withdraw' as const),
      client,
      purpose: fc.option(fc.constantFrom(...purposeIds), { nil: undefined, freq: 1 }),
      claim: fc.option(fc.constantFrom(...claims), { nil: undefined, freq: 1 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 400_000, lifeMs) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      what: fc.constant('verify' as const),
      level: fc.constantFrom<1 | 2>(1, 2),
      date: fc.constantFrom('2026-01-15', '2026-11-20'),
    }),
  },
);
type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never;
type Registered = Extract<Operation, { what: 'register' }>;

/** The newest answer about one claim, as a person would remember it; independent of receipts. */
interface Remembered {
  readonly said: 'granted' | 'refused' | 'told';
  readonly until: number;
  readonly purposeWords: string;
  readonly law: string;
  readonly as: string;
}

/** What a person remembers of their answers and takes back, and so what may leave. */
class Memory {
  readonly answers = new Map<string, Remembered>();
  readonly registered = new Map<string, Registered>();
  as = '2 2026-01-15';
  readonly key = (client: string, purpose: string, claim: string): string => `${client} ${purpose} ${claim}`;

  mayLeave(clientId: string, purpose: 'account' | 'news', claim: (typeof claims)[number], now: number): boolean {
    const rules = this.registered.get(clientId);
    const answer = this.answers.get(this.key(clientId, purpose, claim));
    if (rules === undefined || answer === undefined || answer.said === 'refused') return false;
    const isOffered = rules.allowed.includes(claim) && (purpose === 'account' || rules.hasNews);
    const isSame = answer.purposeWords === rules.purposes[purpose] && answer.as === this.as && now < answer.until;
    const lawHolds = answer.said !== 'told' || (rules.isPublic && rules.byLaw.includes(claim) && rules.law === answer.law);
    return isOffered && isSame && lawHolds;
  }
}

async function begin(): Promise<Memory> {
  for (const clientId of clientIds) {
    await world.store.remove(consents, consentId(world.id, clientId));
    delete world.registrations[clientId];
  }
  await world.store.patch(accounts, world.id, {}, { unset: ['endings'] });
  const memory = new Memory();
  await apply(memory, { what: 'verify', level: 2, date: '2026-01-15' });
  for (const [at, clientId] of clientIds.entries())
    await apply(memory, {
      what: 'register',
      client: clientId,
      isPublic: at === 1,
      purposes: { account: 'A', news: 'A' },
      hasNews: true,
      allowed: [...claims],
      byLaw: ['birthdate'],
      law: 'A',
    });
  return memory;
}

async function apply(memory: Memory, done: Operation): Promise<void> {
  switch (done.what) {
    case 'register': {
      memory.registered.set(done.client, done);
      const account = { id: 'account', ...text(done.purposes.account) };
      world.registrations[done.client] = clientWith(done.client, {
        class: done.isPublic ? 'public' : 'private',
        purposes: done.hasNews ? [account, { id: 'news', ...text(done.purposes.news) }] : [account],
        allowedClaims: done.allowed,
        legalBasis: done.byLaw.filter((claim) => done.allowed.includes(claim)).map((claim) => ({ claim, text: text(done.law) })),
      });
      return;
    }
    case 'reword': {
      const before = memory.registered.get(done.client);
      if (before === undefined) return;
      const { law = before.law, ...purposes } = done.words as { account?: 'A' | 'B'; news?: 'A' | 'B'; law?: 'A' | 'B' };
      return apply(memory, { ...before, law, purposes: { ...before.purposes, ...purposes } });
    }
    case 'wait':
      world.clock.advance(done.ms);
      return;
    case 'verify': {
      memory.as = `${done.level} ${done.date}`;
      const evidence = { kind: 'in-person', place: 'p', date: done.date, officer: 'o' };
      await world.store.patch(accounts, world.id, {}, { set: { identityLevel: done.level, evidence } });
      return;
    }
    case 'withdraw': {
      const { client: clientId, purpose, claim } = done;
      const refused = await world.withdraw({ clientId, purpose, claim }).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (refused !== undefined && !(refused instanceof DomainError)) throw refused;
      for (const of of purpose === undefined ? purposeIds : [purpose])
        for (const each of claim === undefined ? claims : [claim]) {
          const key = memory.key(clientId, of, each);
          // by law: only with everything of the service or purpose
          if (claim === undefined || memory.answers.get(key)?.said !== 'told') memory.answers.delete(key);
        }
      return;
    }
    case 'decide': {
      const rules = memory.registered.get(done.client);
      if (rules === undefined) return;
      const params = { scope: done.scope, purpose: done.purpose, ...(done.again ? { prompt: 'consent' } : {}) };
      const answered = await world.answer(done.client, params, (claim) => done.ticks.includes(claim as never));
      if (answered === undefined) return;
      const purpose = answered.plan.purpose.id as 'account' | 'news';
      const base = {
        until: world.clock.now() + lifeMs,
        purposeWords: rules.purposes[purpose],
        law: rules.law,
        as: memory.as,
      };
      for (const { name } of answered.plan.asked)
        memory.answers.set(memory.key(done.client, purpose, name), {
          ...base,
          said: answered.ticked.includes(name) ? 'granted' : 'refused',
        });
      for (const { name } of answered.plan.informed) {
        expect(rules.isPublic && rules.byLaw.includes(name as never)).toBe(true);
        memory.answers.set(memory.key(done.client, purpose, name), { ...base, said: 'told' });
      }
    }
  }
}

it('a claim leaves exactly when the person said so last for this purpose, in these words, as who they are, and took nothing back', async () => {
  let left = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 30, size: 'max' }), async (operations) => {
      const memory = await begin();
      for (const done of operations) {
        await apply(memory, done);
        const now = world.clock.now();
        for (const clientId of clientIds)
          for (const purpose of purposeIds) {
            const released = Object.keys(
              await world.release(clientId, purpose, [...claims, 'email_verified', 'address', 'nothing']),
            );
            const expected = claims.filter((claim) => memory.mayLeave(clientId, purpose, claim, now));
            left += expected.length;
            const companions = expected.includes('email') ? ['email_verified'] : [];
            expect(released.sort(), `${clientId} ${purpose} after ${JSON.stringify(done)}`).toEqual(
              [...expected, ...companions].sort(),
            );
            // what a token granted now remembers is what the account counts
            const account = await world.person();
            expect(endingsFor(account, clientId, purpose)).toBe(await world.endings(clientId, purpose));
          }
      }
    }),
    { numRuns: 250 },
  );
  expect(left).toBeGreaterThan(1000);
}, 60_000);

it('what is asked and what is granted never overlap, and nothing outside the registration is asked or told', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 5, maxLength: 15, size: 'max' }), async (operations) => {
      const memory = await begin();
      for (const done of operations) {
        await apply(memory, done);
        for (const clientId of clientIds)
          for (const purpose of purposeIds) {
            const { plan } = await world.planOf(clientId, { scope: 'openid profile email', purpose });
            const asked = plan.asked.map(({ name }) => name);
            const granted = plan.alreadyGranted.map(({ name }) => name);
            const all = [...asked, ...granted, ...plan.informed.map(({ name }) => name)];
            expect(new Set(all).size).toBe(all.length);
            const allowed = memory.registered.get(clientId)?.allowed ?? [];
            expect(all.filter((name) => !allowed.includes(name as never))).toEqual([]);
            for (const name of granted)
              expect(memory.mayLeave(clientId, plan.purpose.id as 'account', name as never, world.clock.now())).toBe(true);
            if (asked.length > 0) expect(plan.pageNeeded).toBe(true);
          }
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);
