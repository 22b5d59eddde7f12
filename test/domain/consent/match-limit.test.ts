import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMatchLimit, type Guess, type MatchLimit } from '#src/consent/match-limit.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type AccountWorld, openAccountWorld } from '#test/support/account-world.ts';

const day = 24 * 3600_000;
const guess = (value: string, more: Partial<Guess> = {}): Guess => ({
  accountId: 'one' as AccountId,
  clientId: 'shop',
  claim: 'birthdate_matches',
  value,
  ...more,
});

let world: AccountWorld;
let limit: MatchLimit;
beforeEach(async () => {
  world = await openAccountWorld();
  limit = createMatchLimit(world, { values: 3, rememberedMs: 30 * day });
});
afterEach(() => world.close());

const admitted = async (...values: readonly string[]): Promise<boolean[]> => {
  const answers = [];
  for (const value of values) answers.push(await limit.admit(guess(value)));
  return answers;
};

describe('guessing a value by comparing', () => {
  it('ends after three different values, and those three are answered as often as asked', async () => {
    expect(await admitted('a', 'b', 'a', 'c', 'd', 'b', 'e', 'c')).toEqual([true, true, true, true, false, true, false, true]);
  });

  it('does not go on by asking at once: of a hundred values three are answered', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, at) => limit.admit(guess(`value ${at}`))));
    expect(answers.filter(Boolean)).toHaveLength(3);
  });

  it('asked at once with the same value takes one place', async () => {
    expect(await Promise.all(Array.from({ length: 20 }, () => limit.admit(guess('a'))))).not.toContain(false);
    expect(await admitted('b', 'c', 'd')).toEqual([true, true, false]);
  });

  it('of another person, service or claim is counted apart', async () => {
    await admitted('a', 'b', 'c');
    expect(await limit.admit(guess('d', { accountId: 'two' as AccountId }))).toBe(true);
    expect(await limit.admit(guess('d', { clientId: 'bank' }))).toBe(true);
    expect(await limit.admit(guess('d', { claim: 'name_matches' }))).toBe(true);
    expect(await limit.admit(guess('d'))).toBe(false);
  });

  it('may begin again when the values have been forgotten, not a moment earlier', async () => {
    await admitted('a', 'b', 'c');
    world.clock.advance(30 * day - 1);
    expect(await admitted('d')).toEqual([false]);
    world.clock.advance(1);
    expect(await admitted('d')).toEqual([true]);
  });
});
