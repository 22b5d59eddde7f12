import type { Clock } from '#src/kernel/clock.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import { isLoopback, subscriberOf } from '#src/kernel/networks.ts';
import type { Store } from '#src/kernel/store.ts';
import type { Caller } from './ports.ts';
import { type Counter, counterId, createWrongEntries, type Limit } from './wrong-entries.ts';

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

/** Slows guessing without locking anybody out: the phone, and a browser that is known, go on whatever others try. */
export interface Throttle {
  /** @throws {DomainError} `sign_in_slowed` while one of the limits is used up, by wrong entries or by entries under way; then nothing is counted */
  enter(account: string, caller: Caller): Promise<Attempt>;
}

/**
 * An entry that is being checked; one of these ends it. Whether it was right is told only when the limits still allowed it after the check, by the
 * counts of all processes: guesses that were sent everywhere at once learn no more than guesses one by one.
 */
export interface Attempt {
  /** Forgets the wrong entries of this person in this place. @throws {DomainError} `sign_in_slowed`: not to be told */
  right(): Promise<void>;
  /** Counts. @throws {DomainError} `sign_in_slowed`: not to be told, and not counted */
  wrong(): Promise<void>;
  /** It could not be checked: does not count. */
  unchecked(): void;
}

export interface ThrottleParts {
  readonly store: Store;
  readonly clock: Clock;
  /** For development, where everybody comes from one address. */
  readonly loopbackIsFree: boolean;
}

const counters = (name: string, limits: readonly Limit[], key: string): Counter[] => limits.map((limit) => ({ name, key, limit }));

/** Counts in the store, which a right entry only reads, and what is under way in this process. */
export function createThrottle(policy: ThrottlePolicy, { store, clock, loopbackIsFree }: ThrottleParts): Throttle {
  const wrongEntries = createWrongEntries({ store, clock });
  const underWay = new Map<string, number>();
  const move = (of: readonly Counter[], by: 1 | -1): void => {
    for (const id of of.map(counterId)) {
      const count = (underWay.get(id) ?? 0) + by;
      if (count === 0) underWay.delete(id);
      else underWay.set(id, count);
    }
  };

  /** Which counters an entry is held against. A known browser has a count of its own, which strangers can't use up. */
  function heldAgainst(account: string, { address, browser }: Caller): { own: Counter[]; shared: Counter[] } {
    if (browser !== undefined)
      return { own: counters('account-browser', policy.accountAndBrowser, `${account} ${browser}`), shared: [] };
    const place = subscriberOf(address);
    const network = loopbackIsFree && isLoopback(address) ? [] : counters('network', policy.network, place);
    return {
      own: counters('account-network', policy.accountAndNetwork, `${account} ${place}`),
      shared: [...counters('account', policy.account, account), ...network],
    };
  }

  type Counts = Awaited<ReturnType<typeof wrongEntries.read>>;

  const none = (): number => 0;

  /** The longest of the waits that hold, in seconds; 0 when there is room. */
  function waitOf(held: readonly Counter[], counts: Counts, taken: (id: string) => number = none): number {
    const waits = held.map((counter) => {
      const id = counterId(counter);
      const count = counts.get(id);
      if ((count?.used ?? 0) + taken(id) < counter.limit.points) return 0;
      // entries under way are answered in a moment, and then count or do not
      return count === undefined || count.used < counter.limit.points ? 1 : (count.expiresAt - clock.now()) / 1000;
    });
    return Math.max(0, ...waits);
  }

  const slowed = (seconds: number): DomainError =>
    new DomainError('sign_in_slowed', { retryAfterSeconds: Math.max(1, Math.ceil(seconds)) });

  /** Counts an entry where there is room. @throws {DomainError} where there is none: what was refused is no guess, and uses nothing up elsewhere */
  async function count(held: readonly Counter[]): Promise<Counts> {
    const before = await wrongEntries.add(held);
    const wait = waitOf(held, before);
    if (wait === 0) return before;
    await wrongEntries.takeBack(before);
    throw slowed(wait);
  }

  return {
    async enter(account, caller) {
      const { own, shared } = heldAgainst(account, caller);
      const held = [...own, ...shared];
      const wait = waitOf(held, await wrongEntries.read(held), (id) => underWay.get(id) ?? 0);
      if (wait > 0) throw slowed(wait);
      move(held, 1);
      return {
        async right() {
          const counts = await wrongEntries.read(held).finally(() => move(held, -1));
          // refused by the same steps as a wrong one, so that the time it takes tells nothing
          if (waitOf(held, counts) > 0) await wrongEntries.takeBack(await count(held));
          await wrongEntries.forget(own.filter((counter) => counts.has(counterId(counter))));
        },
        async wrong() {
          await count(held).finally(() => move(held, -1));
        },
        unchecked: () => move(held, -1),
      };
    },
  };
}
