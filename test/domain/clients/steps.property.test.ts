import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Actor, isOnePair, type Role } from '#src/clients/actor.ts';
import type { HistoryEntry } from '#src/clients/history.ts';
import { openClientWorld, shop } from '#test/support/client-world.ts';

const people: readonly Actor[] = (
  [
    ['client:console/lan', 'manager'],
    ['client:console/lan', 'manager', 'reviewer'],
    ['client:console/minh', 'manager', 'reviewer'],
    ['client:console', 'reviewer'],
    ['client:desk/hoa', 'reviewer'],
    ['person:tam', 'manager', 'reviewer'],
    ['operator:an', 'operator'],
  ] as const
).map(([id, ...roles]) => ({ id, roles: roles as readonly Role[], via: 'test' }));

const step = fc.record({
  verb: fc.constantFrom(
    'change',
    'submit',
    'submit',
    'approve',
    'approve',
    'approve',
    'withdraw',
    'refuse',
    'suspend',
    'resume',
    'put',
  ),
  who: fc.nat(people.length - 1),
  name: fc.constantFrom('Một', 'Hai', 'Ba'),
});

const makes = (action: string): boolean => /^(change|submit)/.test(action);

/** Who had a hand in what an approval let through: everybody since the approval before it. */
function handsBefore(entries: readonly HistoryEntry[], at: number): string[] {
  const since = entries.slice(0, at).findLastIndex(({ action }) => action.startsWith('approve'));
  return entries
    .slice(since + 1, at)
    .filter(({ action }) => makes(action))
    .map(({ by }) => by);
}

it('whatever steps are tried by whomever: nobody approves what they had a hand in, and what works in production was approved', async () => {
  let approvals = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const world = await openClientWorld({ isProduction: true });
      const { registry } = world;
      let approved: string | undefined;
      for (const { verb, who, name } of steps) {
        const by = people[who] as Actor;
        const registration = { ...shop, client_name: name };
        const waiting = await registry.show('shop', 'waiting').catch(() => undefined);
        const taken =
          verb === 'put'
            ? by.roles.includes('operator') && registry.put(registration, by)
            : verb === 'change'
              ? registry.propose(registration, by)
              : registry[verb]('shop', by, { reason: 'x' });
        const done = await Promise.resolve(taken).catch((refused: { code?: string }) => {
          expect(refused.code).toMatch(/^(service_|client_not_found)/);
          return undefined;
        });
        if (verb === 'approve' && done) approved = String(waiting?.['client_name'] ?? (await registry.show('shop'))['client_name']);
        const found = (await world.directory.find('shop'))?.client;
        if (found?.stage === 'production') expect(found.name.vi).toBe(approved);
      }
      const entries = await registry.history('shop').catch(() => []);
      entries.forEach(({ action, by }, at) => {
        if (!action.startsWith('approve')) return;
        approvals += 1;
        const hands = handsBefore(entries, at);
        expect(hands.length).toBeGreaterThan(0);
        expect(hands.filter((hand) => isOnePair(hand, by))).toEqual([]);
      });
      await world.close();
    }),
    { numRuns: 150, seed: 15 },
  );
  // the steps above did lead somewhere
  expect(approvals).toBeGreaterThan(50);
}, 60_000);
