import type { Context, Next } from 'koa';
import { Provider } from 'oidc-provider';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import { type Store, StoreUnavailable } from '#src/kernel/store.ts';
import { tokens } from './collections.ts';

export interface Consumption {
  /**
   * A code or refresh token is about to be consumed by this request.
   * @param key what the token is stored under
   * @returns the mark that says by whom
   */
  begin(key: string): string;
  /**
   * A request that ends as a fault gives back what it consumed: its client got nothing, was told to try again, and must not be taken for a thief
   * when it does. Also where the answer to the consuming write was lost.
   */
  readonly middleware: (ctx: Context, next: Next) => Promise<void>;
}

interface Consumed {
  readonly key: string;
  readonly consumer: string;
}

interface ConsumptionParts {
  readonly store: Store;
  readonly random: Random;
  readonly pause: (ms: number) => Promise<unknown>;
}

/** Longer than an election takes and a write whose answer was lost may be late, shorter than a client is told to wait. */
const retries = { everyMs: 2000, times: 12 } as const;

export function createConsumption({ store, random, pause }: ConsumptionParts): Consumption {
  const consumed = new WeakMap<object, Consumed[]>();

  async function giveBack({ key, consumer }: Consumed): Promise<void> {
    for (let tried = 0; tried < retries.times; tried += 1) {
      try {
        if (await store.amend(tokens, key, { consumer }, { unset: ['consumed', 'consumer'] })) return;
      } catch (fault) {
        if (!(fault instanceof StoreUnavailable)) throw fault;
      }
      // nothing to give back yet: the write that consumed may still arrive
      await pause(retries.everyMs);
    }
  }

  return {
    begin(key) {
      const consumer = randomIdentifier(random);
      const ctx = Provider.ctx;
      if (ctx !== undefined) consumed.set(ctx, [...(consumed.get(ctx) ?? []), { key, consumer }]);
      return consumer;
    },
    async middleware(ctx, next) {
      await next();
      if (ctx.status < 500) return;
      // nobody waits for a store that does not answer
      for (const one of consumed.get(ctx) ?? []) void giveBack(one).catch(() => undefined);
    },
  };
}
