import { expect, it } from 'vitest';
import { livingPolicy, policyAt } from '#config/policy.ts';
import { TestClock } from '#test/support/test-clock.ts';

it('a policy holds from its first day on, and the oldest one before it', () => {
  const first = policyAt(Date.UTC(2026, 0, 1));
  expect(first.from).toBe('2026-01-01');
  expect(policyAt(Date.UTC(2025, 0, 1))).toBe(first);
  expect(policyAt(Date.UTC(2040, 0, 1)).from >= first.from).toBe(true);
});

it('a code lives at most ten minutes and a session at most twelve hours, as OAuth and NIST ask', () => {
  const { lives } = policyAt(Date.UTC(2026, 10, 24));
  expect(lives.authorizationCode).toBeLessThanOrEqual(600);
  expect(lives.session).toBeLessThanOrEqual(12 * 3600);
  expect(lives.refreshToken).toBeLessThanOrEqual(lives.grant);
});

it('guessing from one place is used up before it can use up what all places have together', () => {
  const { throttle } = policyAt(Date.UTC(2026, 10, 24));
  const within = (limits: readonly { points: number; seconds: number }[], seconds: number): number =>
    Math.min(...limits.filter((limit) => limit.seconds >= seconds).map(({ points }) => points));
  for (const { points, seconds } of throttle.account)
    expect(within(throttle.accountAndNetwork, seconds)).toBeLessThanOrEqual(points);
});

it('a new policy holds from midnight in Viet Nam on, for those who already have the policy in their hands', () => {
  const old = policyAt(0);
  const next = { ...old, from: '2027-07-01', lives: { ...old.lives, accessToken: 600 }, wrongEntryAfterMs: 900 };
  const midnight = Date.UTC(2027, 5, 30, 17);
  const clock = new TestClock(midnight - 1);
  const { lives, ...policy } = livingPolicy(clock, [old, next]);
  const whole = livingPolicy(clock, [old, next]);
  expect([lives.accessToken, whole.wrongEntryAfterMs, whole.from]).toEqual([3600, 700, old.from]);
  expect(policy.signIn).toEqual(old.signIn);
  clock.advance(1);
  expect([lives.accessToken, whole.wrongEntryAfterMs, whole.from]).toEqual([600, 900, '2027-07-01']);
  expect(policyAt(clock.now(), [old, next])).toBe(next);
});
