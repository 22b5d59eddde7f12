import { createHash } from 'node:crypto';
import type { Account } from '#src/accounts/account.ts';
import type { AccountDirectory } from '#src/accounts/ports.ts';
import { parseAcr, satisfies } from '#src/assurance/level.ts';
import { isUsable } from '#src/assurance/token-check.ts';
import { type Clock, epochSeconds } from '#src/kernel/clock.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type Random, randomIdentifier } from '#src/kernel/random.ts';
import type { Sealing } from '#src/kernel/sealing.ts';
import type { Store } from '#src/kernel/store.ts';
import { type AreaSessionDocument, areaSessions } from './collections.ts';

/** How long somebody stays in an area. */
export interface AreaLimits {
  /** Without a request. */
  readonly idleMs: number;
  /** From the first sign-in, whatever is proven again meanwhile. */
  readonly absoluteMs: number;
  /** After this what was proven has to be proven again. */
  readonly proofSeconds: number;
}

export interface AreaSessionParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly sealing: Sealing;
  readonly accounts: AccountDirectory;
}

/** Who is in an area. */
export interface AreaSession {
  readonly id: string;
  readonly account: Account;
  readonly acr: string;
  /** Whole seconds since the epoch: when the person proved who they are. */
  readonly authTime: number;
  readonly openedIn: string | undefined;
  readonly said: string | undefined;
}

export type FoundSession =
  | { readonly outcome: 'in'; readonly session: AreaSession }
  | { readonly outcome: 'out' | 'proof-too-old'; readonly session?: undefined };

interface SignedIn extends Pick<AreaSessionDocument, 'acr' | 'authTime' | 'from' | 'openedIn'> {
  readonly account: Pick<Account, 'id' | 'validFrom'>;
}

const seenEveryMs = 60_000;
const keyOf = (area: string, cookie: string): string => createHash('sha256').update(`${area}\n${cookie}`).digest('base64url');
const saidContext = (id: string): string => `area_sessions/${id}/said`;

/** Sessions of one area. `least` is the level below which nobody is in it. */
export function createAreaSessions(parts: AreaSessionParts, area: string, least: string, limits: AreaLimits) {
  const { store, clock, random, sealing, accounts } = parts;

  const read = async (cookie: string | undefined): Promise<AreaSessionDocument | undefined> =>
    cookie === undefined ? undefined : store.get(areaSessions, keyOf(area, cookie));

  function holds(document: AreaSessionDocument, account: Account | undefined): account is Account {
    if (account === undefined || !isUsable(account) || account.validFrom !== document.validFrom) return false;
    const [proven, needed] = [parseAcr(document.acr), parseAcr(least)];
    if (proven === undefined || needed === undefined) return false;
    return satisfies(proven, needed) && account.identityLevel >= needed.identity;
  }

  /** Told at most once a minute: a page is not a write. */
  async function see(document: AreaSessionDocument): Promise<void> {
    const now = clock.now();
    if (now - document.seenAt < seenEveryMs) return;
    const expiresAt = Math.min(now + limits.idleMs, document.startedAt + limits.absoluteMs);
    await store.amend(areaSessions, document.id, { seenAt: document.seenAt }, { set: { seenAt: now, expiresAt } });
  }

  async function end(cookie: string | undefined): Promise<void> {
    if (cookie !== undefined) await store.remove(areaSessions, keyOf(area, cookie));
  }

  /** A session under a name that nobody knew before; the one it takes the place of is over, and of the same person it keeps the beginning. */
  async function open({ account, acr, authTime, from, openedIn }: SignedIn, before: string | undefined): Promise<string> {
    const now = clock.now();
    const old = await read(before);
    const startedAt = old?.accountId === account.id ? old.startedAt : now;
    const cookie = randomIdentifier(random, 256);
    await store.insert(areaSessions, {
      id: keyOf(area, cookie),
      area,
      accountId: account.id,
      validFrom: account.validFrom,
      acr,
      authTime,
      startedAt,
      seenAt: now,
      from,
      openedIn,
      expiresAt: Math.min(now + limits.idleMs, startedAt + limits.absoluteMs),
    });
    await end(before);
    return cookie;
  }

  return {
    open,

    /** Who is there now: the account is looked at anew each time. */
    async find(cookie: string | undefined): Promise<FoundSession> {
      const document = await read(cookie);
      if (document === undefined) return { outcome: 'out' };
      const account = await accounts.get(document.accountId);
      if (!holds(document, account)) {
        await end(cookie);
        return { outcome: 'out' };
      }
      if (epochSeconds(clock) - document.authTime > limits.proofSeconds) return { outcome: 'proof-too-old' };
      await see(document);
      const said = document.said === undefined ? undefined : sealing.open(document.said, saidContext(document.id));
      const { id, acr, authTime, openedIn } = document;
      return { outcome: 'in', session: { id, account, acr, authTime, openedIn, said } };
    },

    end,

    /**
     * The person ended everything of their account from here, and goes on alone: under a new name, as whoever held the one before is out too.
     * @returns the cookie
     */
    async goOn(cookie: string | undefined, account: Pick<Account, 'id' | 'validFrom'>): Promise<string | undefined> {
      const before = await read(cookie);
      return before?.accountId === account.id ? open({ ...before, account }, cookie) : undefined;
    },

    /** Keeps something for the next page; what was not read before is lost. */
    async say(id: string, text: string): Promise<void> {
      await store.amend(areaSessions, id, {}, { set: { said: sealing.seal(text, saidContext(id)) } });
    },

    /** It was shown: of two pages that show it one says so. */
    async forgetSaid(id: string): Promise<void> {
      await store.amend(areaSessions, id, {}, { unset: ['said'] });
    },
  };
}

/** Everybody's own sessions in all areas. */
export const listAreaSessions = (store: Store, accountId: AccountId): Promise<AreaSessionDocument[]> =>
  store.find(areaSessions, 'account', accountId, { limit: 500 });

/** Ends one; of somebody else it is not there. @returns whether it was there */
export async function endAreaSession(store: Store, accountId: AccountId, id: string): Promise<boolean> {
  if ((await store.get(areaSessions, id))?.accountId !== accountId) return false;
  await store.remove(areaSessions, id);
  return true;
}

export type AreaSessions = ReturnType<typeof createAreaSessions>;
