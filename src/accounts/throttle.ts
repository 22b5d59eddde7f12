import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '#src/kernel/domain-error.ts';
import { isLoopback, subscriberOf } from '#src/kernel/networks.ts';
import type { Caller } from './ports.ts';

/** How many wrong entries are taken, by whom, in which time. Each list may hold several limits: the longer it goes on, the longer the wait. */
export interface ThrottlePolicy {
  /** Wrong entries for one account from one network. */
  readonly accountAndNetwork: readonly Limit[];
  /** Wrong entries for one account from one browser that is known by its cookie. */
  readonly accountAndBrowser: readonly Limit[];
  /** Wrong entries from one network, whatever the account. */
  readonly network: readonly Limit[];
  /** Wrong entries for one account from all unknown browsers together. */
  readonly account: readonly Limit[];
}

export interface Limit {
  readonly points: number;
  readonly seconds: number;
}

/** Slows guessing without locking anybody out: the phone, and a browser that is known, go on whatever others try. */
export interface Throttle {
  /**
   * Counts an entry before it is checked, so that many sent at once do not slip through together.
   * @throws {DomainError} `sign_in_slowed` while one of the limits is used up; then nothing is counted
   */
  enter(account: string, caller: Caller): Promise<Attempt>;
}

/** An entry that was counted as wrong; call one of these when it was not. */
export interface Attempt {
  /** It was right: forgets the wrong entries of this person in this place. */
  succeeded(): Promise<void>;
  /** It could not be checked: does not count. */
  unchecked(): Promise<void>;
}

interface Counter {
  readonly limiter: RateLimiterMemory;
  readonly key: string;
}

async function consume({ limiter, key }: Counter): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (full) {
    if (!(full instanceof RateLimiterRes)) throw full;
    throw new DomainError('sign_in_slowed', { retryAfterSeconds: Math.max(1, Math.ceil(full.msBeforeNext / 1000)) });
  }
}

const giveBack = (counters: readonly Counter[]): Promise<unknown> =>
  Promise.all(counters.map(({ limiter, key }) => limiter.reward(key)));

/** Takes a point from every counter, or from none. */
async function consumeAll(counters: readonly Counter[]): Promise<void> {
  for (const [index, counter] of counters.entries()) {
    try {
      await consume(counter);
    } catch (refusal) {
      // what was refused is no guess: it must not use up what the victim has elsewhere
      await giveBack(counters.slice(0, index + 1));
      throw refusal;
    }
  }
}

/** Counters in this process; `loopbackIsFree` is for development, where everybody comes from one address. */
export function createThrottle(policy: ThrottlePolicy, { loopbackIsFree }: { readonly loopbackIsFree: boolean }): Throttle {
  // the longest first, so that the wait that is told is the real one
  const limiters = (name: string, limits: readonly Limit[]): RateLimiterMemory[] =>
    limits
      .toSorted((one, other) => other.seconds - one.seconds)
      .map(({ points, seconds }) => new RateLimiterMemory({ keyPrefix: `${name}-${seconds}`, points, duration: seconds }));
  const accountAndNetwork = limiters('account-network', policy.accountAndNetwork);
  const accountAndBrowser = limiters('account-browser', policy.accountAndBrowser);
  const network = limiters('network', policy.network);
  const everywhere = limiters('account', policy.account);
  const counters = (of: readonly RateLimiterMemory[], key: string): Counter[] => of.map((limiter) => ({ limiter, key }));

  /** Which counters an entry is held against. A known browser has a count of its own, which strangers can't use up. */
  function heldAgainst(account: string, { address, browser }: Caller): { own: Counter[]; shared: Counter[] } {
    if (browser !== undefined) return { own: counters(accountAndBrowser, `${account} ${browser}`), shared: [] };
    const place = subscriberOf(address);
    return {
      own: counters(accountAndNetwork, `${account} ${place}`),
      shared: [...counters(everywhere, account), ...(loopbackIsFree && isLoopback(address) ? [] : counters(network, place))],
    };
  }

  return {
    async enter(account, caller) {
      const { own, shared } = heldAgainst(account, caller);
      await consumeAll([...own, ...shared]);
      return {
        async succeeded() {
          await giveBack(shared);
          await Promise.all(own.map(({ limiter, key }) => limiter.delete(key)));
        },
        async unchecked() {
          await giveBack([...own, ...shared]);
        },
      };
    },
  };
}
