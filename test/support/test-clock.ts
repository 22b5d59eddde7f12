import type { Clock } from '#src/kernel/clock.ts';

/** A clock that stands still until it is moved. */
export class TestClock implements Clock {
  #now: number;
  constructor(now = Date.UTC(2026, 10, 24, 8)) {
    this.#now = now;
  }
  now(): number {
    return this.#now;
  }
  advance(ms: number): void {
    this.#now += ms;
  }
}
