/** The time, injected: domain code never reads it from the machine. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Of a time in milliseconds. */
export const wholeSeconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** Whole seconds since the epoch, as JWTs and OpenID Connect count. */
export const epochSeconds = (clock: Clock): number => wholeSeconds(clock.now());

/** What a process issues is taken by one whose clock is so far behind; beyond it they refuse each other's codes and tokens. */
export const clockToleranceSeconds = 10;
/** Operators are told to keep clocks within this. */
const clockAgreementSeconds = 1;

/** `drifts`: something is wrong with the clock, and nobody notices yet. `off`: the process must not serve beside others. */
export type ClockAgreement = 'agrees' | 'drifts' | 'off';

/** What it means that a clock is so many milliseconds ahead of another, or behind (negative). */
export function clockAgreement(aheadMs: number): ClockAgreement {
  const seconds = Math.abs(aheadMs) / 1000;
  if (seconds > clockToleranceSeconds) return 'off';
  return seconds > clockAgreementSeconds ? 'drifts' : 'agrees';
}

/** `1.2 s ahead of`, for people. */
export const clockDistance = (aheadMs: number): string =>
  `${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'}`;
