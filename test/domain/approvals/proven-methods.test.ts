import { describe, expect, it } from 'vitest';
import { methodsOf } from '#src/approvals/proven-methods.ts';
import { authenticationLevelOf } from '#src/assurance/authentication-level.ts';
import type { Device } from '#src/devices/collections.ts';
import { isWaiting } from '#src/devices/waiting.ts';

const now = 1_790_000_000;
const device = (waitingUntil?: number) => ({ attestation: { class: 'simulated' }, waitingUntil }) as unknown as Device;
const levelOf = (waitingUntil?: number): number =>
  authenticationLevelOf(methodsOf(device(waitingUntil), 'face', { at: now, under: 0 }, true).map(({ amr }) => amr));

describe('a phone that nobody vouched for', () => {
  it('reaches no more than level 2 until its wait is over, whatever it says of a face', () => {
    expect(levelOf()).toBe(4);
    expect(levelOf(now * 1000 + 1)).toBe(2);
    expect(levelOf(now * 1000)).toBe(4);
  });

  it('waits only while its wait lasts', () => {
    expect([undefined, now * 1000, now * 1000 + 1].map((until) => isWaiting(device(until), now * 1000))).toEqual([
      false,
      false,
      true,
    ]);
  });
});
