import { expect, it } from 'vitest';
import { policyAt } from '#config/policy.ts';

it('a policy holds from its first day on, and the oldest one before it', () => {
  const first = policyAt(Date.UTC(2026, 0, 1));
  expect(first.from).toBe('2026-01-01');
  expect(policyAt(Date.UTC(2025, 11, 31, 23, 59, 59, 999))).toBe(first);
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
