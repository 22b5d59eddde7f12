import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type KeyState, keyStandings } from '#src/oidc/key-states.ts';

const lives = { publishedBeforeMs: 3600_000, publishedAfterMs: 10 * 3600_000 };
const key = (rotation: number, signsFrom: number, alg = 'ES256') => ({ alg, rotation, signsFrom });
const statesAt = (now: number, ...keys: ReturnType<typeof key>[]): KeyState[] =>
  keyStandings(keys, now, lives).map(({ state }) => state);

it('a key waits, signs, is shown a while longer, and is gone', () => {
  const keys = [key(1, 0), key(2, 1000)];
  expect(statesAt(999, ...keys)).toEqual(['current', 'next']);
  expect(statesAt(1000, ...keys)).toEqual(['retired', 'current']);
  expect(statesAt(1000 + lives.publishedAfterMs - 1, ...keys)).toEqual(['retired', 'current']);
  expect(statesAt(1000 + lives.publishedAfterMs, ...keys)).toEqual(['gone', 'current']);
});

it('one algorithm says nothing of another', () => {
  expect(statesAt(5000, key(1, 0), key(2, 1000), key(1, 0, 'RS256'))).toEqual(['retired', 'current', 'current']);
});

it('a process whose clock is behind the making of the first key signs with it all the same', () => {
  expect(statesAt(-90_000, key(1, 0), key(2, 3600_000))).toEqual(['current', 'next']);
});

it('whenever they were made, one key of an algorithm signs, and none ever goes back', () => {
  const rank: Record<KeyState, number> = { next: 0, current: 1, retired: 2, gone: 3 };
  const gaps = fc.array(fc.integer({ min: 0, max: 20 * 3600_000 }), { minLength: 1, maxLength: 6 });
  const looks = fc.array(fc.integer({ min: -3600_000, max: 100 * 3600_000 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(gaps, looks, (distances, times) => {
      const sum = (count: number): number => distances.slice(0, count).reduce((one, other) => one + other, 0);
      const keys = distances.map((_, n) => key(n + 1, sum(n + 1)));
      let before = keys.map(() => -1);
      for (const now of times.toSorted((one, other) => one - other)) {
        const states = statesAt(now, ...keys);
        expect(states.filter((state) => state === 'current')).toHaveLength(1);
        const ranks = states.map((state) => rank[state]);
        expect(ranks.every((each, n) => each >= (before[n] ?? -1))).toBe(true);
        before = ranks;
      }
    }),
  );
});
