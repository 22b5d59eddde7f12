import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { Caller } from './ports.ts';

/** How many wrong entries are taken, by whom, in which time. */
export interface ThrottlePolicy {
  /** Wrong entries for one account from one network. */
  readonly accountAndNetwork: Limit;
  /** Wrong entries for one account from one browser that is known by its cookie. */
  readonly accountAndBrowser: Limit;
  /** Wrong entries from one network, whatever the account. */
  readonly network: Limit;
  /** Wrong entries for one account from all unknown browsers together. */
  readonly account: Limit;
}

export interface Limit {
  readonly points: number;
  readonly seconds: number;
}

/** Slows guessing without locking anybody out: the phone, and a browser that is known, go on whatever others try. */
export interface Throttle {
  /** @throws {DomainError} `sign_in_slowed` while one of the limits is used up */
  check(account: string, caller: Caller): Promise<void>;
  /** Counts a wrong entry. */
  failed(account: string, caller: Caller): Promise<void>;
  /** Forgets the wrong entries of this person in this place. */
  succeeded(account: string, caller: Caller): Promise<void>;
}

const networkOf = (address: string): string =>
  address.includes(':') && !address.includes('.') ? address.split(':').slice(0, 4).join(':') : address.replace(/^::ffff:/, '');

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);

/** Counters in this process; `loopbackIsFree` is for development, where everybody comes from one address. */
export function createThrottle(policy: ThrottlePolicy, { loopbackIsFree }: { readonly loopbackIsFree: boolean }): Throttle {
  const limiter = (name: string, { points, seconds }: Limit): RateLimiterMemory =>
    new RateLimiterMemory({ keyPrefix: name, points, duration: seconds });
  const accountAndNetwork = limiter('account-network', policy.accountAndNetwork);
  const accountAndBrowser = limiter('account-browser', policy.accountAndBrowser);
  const network = limiter('network', policy.network);
  const everywhere = limiter('account', policy.account);

  /** Which counters an entry is held against. A known browser has a count of its own, which strangers can't use up. */
  function counters(account: string, { address, browser }: Caller): [RateLimiterMemory, string][] {
    if (browser !== undefined) return [[accountAndBrowser, `${account} ${browser}`]];
    const place = networkOf(address);
    const own: [RateLimiterMemory, string][] = [
      [accountAndNetwork, `${account} ${place}`],
      [everywhere, account],
    ];
    return loopbackIsFree && isLoopback(address) ? own : [...own, [network, place]];
  }

  return {
    async check(account, caller) {
      for (const [counter, key] of counters(account, caller)) {
        const used = await counter.get(key);
        if (used !== null && used.consumedPoints >= counter.points)
          throw new DomainError('sign_in_slowed', { retryAfterSeconds: Math.ceil(used.msBeforeNext / 1000) });
      }
    },
    async failed(account, caller) {
      for (const [counter, key] of counters(account, caller)) {
        await counter.consume(key).catch((full: unknown) => {
          if (!(full instanceof RateLimiterRes)) throw full;
        });
      }
    },
    async succeeded(account, caller) {
      const [own] = counters(account, caller);
      if (own !== undefined) await own[0].delete(own[1]);
    },
  };
}
