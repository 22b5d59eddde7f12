import type { Clock } from '#src/kernel/clock.ts';

/** Real time with an offset that tests move, for a server that talks to programs with clocks of their own. */
export class MovingClock implements Clock {
  #offset = 0;
  now(): number {
    return Date.now() + this.#offset;
  }
  advance(ms: number): void {
    this.#offset += ms;
  }
  reset(): void {
    this.#offset = 0;
  }
}
