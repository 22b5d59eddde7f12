import type { Logger } from 'pino';
import { type ClockAgreement, clockAgreement, clockDistance, clockToleranceSeconds } from '#src/kernel/clock.ts';

export interface WatchedClock {
  /** How far it is ahead of the store's (negative: behind), in milliseconds; undefined while nothing is known. */
  readonly aheadMs: () => number | undefined;
}

/** A process whose clock is further from the others' than the protocol tolerates, with words for an operator. */
export class ClockRefused extends Error {
  readonly code = 'clock_off';
  constructor(aheadMs: number) {
    super(
      `the clock of this machine is ${clockDistance(aheadMs)} the store's, more than the ${clockToleranceSeconds} s that are tolerated: set it by NTP`,
    );
  }
}

export const isClockOff = ({ aheadMs }: WatchedClock): boolean => clockAgreement(aheadMs() ?? 0) === 'off';

/** @throws {ClockRefused} */
export function requireClock(clock: WatchedClock): void {
  if (isClockOff(clock)) throw new ClockRefused(clock.aheadMs() ?? 0);
}

const lines: Record<ClockAgreement, { readonly level: 'info' | 'warn' | 'error'; readonly says: string }> = {
  agrees: { level: 'info', says: "the clock agrees with the store's" },
  drifts: { level: 'warn', says: "the clock is more than a second from the store's: see to NTP" },
  off: { level: 'error', says: "the clock is too far from the store's to serve: /readyz says 503" },
};

/** Logs whenever it begins to be, or ends being, a clock to worry about. @returns the function that stops */
export function watchClock({ aheadMs }: WatchedClock, logger: Logger, everyMs = 5000): () => void {
  let last: ClockAgreement = 'agrees';
  function look(): void {
    const ahead = aheadMs() ?? 0;
    const agreement = clockAgreement(ahead);
    if (agreement === last) return;
    last = agreement;
    const { level, says } = lines[agreement];
    logger[level]({ code: 'clock_off', aheadSeconds: ahead / 1000 }, says);
  }
  look();
  const timer = setInterval(look, everyMs).unref();
  return () => clearInterval(timer);
}
