/** The time, injected: domain code never reads it from the machine. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Whole seconds since the epoch, as JWTs and OpenID Connect count. */
export const epochSeconds = (clock: Clock): number => Math.floor(clock.now() / 1000);
