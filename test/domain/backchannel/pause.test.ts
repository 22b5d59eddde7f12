import { describe, expect, it } from 'vitest';
import { policyAt } from '#config/policy.ts';
import { type Asked, pauseAfter } from '#src/backchannel/pause.ts';
import type { ApprovalId } from '#src/kernel/identifier.ts';

const minute = 60_000;
const policy = policyAt(Date.parse('2026-06-01')).backchannel;

/** Requests at these minutes, of which these (by their place) were approved by then: which of them come before the person. */
function shown(minutes: readonly number[], approved: readonly number[] = []): boolean[] {
  let before: Asked | undefined;
  return minutes.map((at, n) => {
    const yes = new Set(approved.filter((each) => each < n).map(String));
    const { isPaused, next } = pauseAfter(policy, before, yes, { approval: String(n) as ApprovalId, now: at * minute });
    before = next;
    return !isPaused;
  });
}

describe('a service that asks one person again and again', () => {
  it('asks three times in ten minutes, and then pauses for thirty from the third', () => {
    expect(shown([0, 1, 2, 3, 10, 31.9, 32])).toEqual([true, true, true, false, false, false, true]);
  });

  it('may ask three times again after its pause', () => {
    expect(shown([0, 1, 2, 40, 41, 42, 43])).toEqual([true, true, true, true, true, true, false]);
  });

  it('does not pause when its requests are more than ten minutes apart', () => {
    expect(shown([0, 5, 10.1, 15.2, 20.3])).toEqual([true, true, true, true, true]);
  });

  it('does not pause when one of them was approved, be it after the pause had begun', () => {
    expect(shown([0, 1, 2, 3, 4, 5], [1])).toEqual([true, true, true, true, true, false]);
    expect(shown([0, 1, 2, 3], [2])).toEqual([true, true, true, true]);
  });

  it('gains nothing by asking on while it pauses, and loses nothing', () => {
    expect(shown([0, 1, 2, ...Array.from({ length: 29 }, (_, n) => n + 3), 32])).toEqual([
      ...[true, true, true],
      ...Array(29).fill(false),
      true,
    ]);
  });

  it('begins once, with the third request', () => {
    let before: Asked | undefined;
    const begun = [0, 1, 2, 3, 4].map((now) => {
      const { begins, next } = pauseAfter(policy, before, new Set(), { approval: String(now) as ApprovalId, now });
      before = next;
      return begins;
    });
    expect(begun).toEqual([false, false, true, false, false]);
  });
});
