import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account } from '#src/accounts/account.ts';
import { createAreaSessions } from '#src/area-sessions/area-sessions.ts';
import { areaSessions } from '#src/area-sessions/collections.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { systemRandom } from '#src/kernel/random.ts';
import type { Store } from '#src/kernel/store.ts';
import { allCollections } from '#src/storage/collections.ts';
import { createSealing } from '#src/storage/sealing-aes.ts';
import { openSqliteStore } from '#src/storage/sqlite/sqlite-store.ts';
import { TestClock } from '#test/support/test-clock.ts';

const minute = 60_000;
const level3 = 'urn:senid:acr:id2-auth3';
const limits = { idleMs: 30 * minute, absoluteMs: 8 * 60 * minute, proofSeconds: 3600 };

let clock: TestClock;
let store: Store;
let account: Account;
let sessions: ReturnType<typeof createAreaSessions>;
const parts = () => ({
  store,
  clock,
  random: systemRandom,
  sealing: createSealing([{ id: 'k1', key: Buffer.alloc(32, 7) }]),
  accounts: { get: async (id: AccountId) => (id === account.id ? account : undefined) } as never,
});
beforeEach(async () => {
  clock = new TestClock();
  store = await openSqliteStore({ path: ':memory:', clock, collections: allCollections });
  account = { id: 'a1', identityLevel: 2, lock: undefined, validFrom: 5 } as unknown as Account;
  sessions = createAreaSessions(parts(), 'senid-console', level3, limits);
});
afterEach(() => store.close());

const now = (): number => Math.floor(clock.now() / 1000);
const open = (acr = level3, before?: string) => sessions.open({ account, acr, authTime: now() }, before);
const outcome = async (cookie: string | undefined): Promise<string> => (await sessions.find(cookie)).outcome;

describe('a session in one of our own areas', () => {
  it('is found by its cookie alone, and in its own area alone', async () => {
    const cookie = await open();
    expect(await outcome(cookie)).toBe('in');
    expect([await outcome(undefined), await outcome(''), await outcome(`${cookie}x`)]).toEqual(['out', 'out', 'out']);
    const other = createAreaSessions(parts(), 'another-area', level3, limits);
    expect((await other.find(cookie)).outcome).toBe('out');
  });

  it('lasts eight hours from the first proof, however often the person proves it again', async () => {
    let cookie = await open();
    for (let quarter = 0; quarter < 31; quarter += 1) {
      clock.advance(15 * minute);
      if ((await outcome(cookie)) === 'proof-too-old') cookie = await open(level3, cookie);
      expect(await outcome(cookie)).toBe('in');
    }
    clock.advance(16 * minute);
    expect(await outcome(cookie)).toBe('out');
  });

  it('says that a proof is too old an hour after it was given, and is the same stay after another', async () => {
    const first = await open();
    for (const _ of [1, 2, 3]) {
      clock.advance(20 * minute);
      expect(await outcome(first)).toBe('in');
    }
    clock.advance(1000);
    expect(await outcome(first)).toBe('proof-too-old');
    const second = await open(level3, first);
    expect([await outcome(first), await outcome(second)]).toEqual(['out', 'in']);
  });

  it('does not inherit the stay of somebody else in the same browser', async () => {
    const first = await open();
    clock.advance(25 * minute);
    account = { ...account, id: 'a2' as AccountId };
    await open(level3, first);
    const [kept] = await store.scan(areaSessions, { limit: 9 });
    expect([kept?.accountId, kept?.startedAt]).toEqual(['a2', clock.now()]);
  });

  it.each([
    ['is locked', { lock: { ground: 'own-request', by: 'self', at: 0 } }],
    ['had everything ended', { validFrom: 6 }],
    ['has lost its level', { identityLevel: 1 }],
  ])('is over at once when its account %s, and stays over', async (_, change) => {
    const cookie = await open();
    const before = account;
    account = { ...account, ...change } as Account;
    expect(await outcome(cookie)).toBe('out');
    account = before;
    expect(await outcome(cookie)).toBe('out');
  });

  it('is none below the level of the area, or with a level that there is not', async () => {
    expect(await outcome(await open('urn:senid:acr:id2-auth2'))).toBe('out');
    expect(await outcome(await open('urn:senid:acr:id1-auth4'))).toBe('out');
    expect(await outcome(await open('urn:else:high'))).toBe('out');
  });

  it('keeps what the next page says sealed, and forgets it', async () => {
    const cookie = await open();
    const { session } = await sessions.find(cookie);
    await sessions.say(session?.id ?? '', 'a secret value');
    const [kept] = await store.scan(areaSessions, { limit: 9 });
    expect(kept?.said).not.toContain('a secret value');
    expect((await sessions.find(cookie)).session?.said).toBe('a secret value');
    await sessions.forgetSaid(session?.id ?? '');
    expect((await sessions.find(cookie)).session?.said).toBeUndefined();
  });

  it('is written at most once a minute, however many pages are opened', async () => {
    const cookie = await open();
    const seen = async (): Promise<number | undefined> => (await store.scan(areaSessions, { limit: 9 }))[0]?.seenAt;
    const at = await seen();
    clock.advance(59_000);
    await sessions.find(cookie);
    expect(await seen()).toBe(at);
    clock.advance(1000);
    await sessions.find(cookie);
    expect(await seen()).toBe(clock.now());
  });
});
