import type { Clock } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { matchGuesses } from './collections.ts';

/** How many different values a service may have compared with one claim of one person. */
export interface MatchingPolicy {
  readonly values: number;
  /** How long a value counts, in milliseconds. */
  readonly rememberedMs: number;
}

/** One comparison that a service is about to be answered. */
export interface Guess {
  readonly accountId: AccountId;
  readonly clientId: string;
  readonly claim: string;
  /** Its digest. */
  readonly value: string;
}

export interface MatchLimit {
  /** Whether this one may be answered. The same value counts once, however often and wherever it is asked. */
  admit(guess: Guess): Promise<boolean>;
}

interface LimitParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly sealing: Sealing;
}

/**
 * A service that could try values without end would learn the value itself. Each person, service and claim has a few slots; a new value takes a
 * free one, and taking is an insert, so that requests sent at once take no more than there are.
 */
export function createMatchLimit({ store, clock, sealing }: LimitParts, policy: MatchingPolicy): MatchLimit {
  const digest = (...parts: readonly string[]): string => sealing.blindIndex('match-guess', JSON.stringify(parts));

  return {
    async admit({ accountId, clientId, claim, value }) {
      const slots = Array.from({ length: policy.values }, (_, at) => digest(accountId, clientId, claim, String(at)));
      const guess = digest(accountId, claim, value);
      const taken = new Map((await store.getMany(matchGuesses, slots)).map((slot) => [slot.id, slot.guess]));
      if ([...taken.values()].includes(guess)) return true;
      for (const id of slots.filter((slot) => !taken.has(slot))) {
        if (await store.insert(matchGuesses, { id, guess, expiresAt: clock.now() + policy.rememberedMs })) return true;
        // another request was faster: perhaps with the same value
        if ((await store.get(matchGuesses, id))?.guess === guess) return true;
      }
      return false;
    },
  };
}
