import { generateSync } from 'otplib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentials } from '#src/accounts/collections.ts';
import { lockAccount } from '#src/accounts/locks.ts';
import type { KeyboardAuthentication } from '#src/accounts/ports.ts';
import type { PasswordHashing } from '#src/hashing/password-hashing.ts';
import { DomainError } from '#src/kernel/domain-error.ts';
import type { AccountId } from '#src/kernel/identifier.ts';
import { type AccountWorld, caller, lan, openAccountWorld } from '#test/support/account-world.ts';

// the secret of RFC 6238, appendix B
const totpSecret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const homeBrowser = 'browser-at-home';

let world: AccountWorld;
let keyboard: KeyboardAuthentication;
let id: AccountId;
beforeEach(async () => {
  world = await openAccountWorld(new Set([homeBrowser]));
  keyboard = await world.keyboardWith();
  id = await world.addPerson({ ...lan, totp_secret: totpSecret });
});
afterEach(() => world.close());

/** The store with a list of what was asked of it. */
function counting(store: AccountWorld['store']): { store: AccountWorld['store']; asked: string[] } {
  const asked: string[] = [];
  const watched = new Proxy(store, {
    get(target, name: keyof AccountWorld['store']) {
      const member = target[name] as (...given: unknown[]) => unknown;
      return (...given: unknown[]) => {
        asked.push(`${name} ${(given[0] as { name: string }).name}`);
        return member.apply(target, given);
      };
    },
  });
  return { store: watched, asked };
}

describe('a password', () => {
  it('signs in its own person, with spaces in the number and either Unicode form of the password', async () => {
    const account = await keyboard.verifyPassword(' 000 190 000 001 ', lan.password.normalize('NFD'), caller());
    expect(account?.id).toBe(id);
  });

  it('is wrong when it is another one, empty, cut off, or longer than 128 characters', async () => {
    for (const wrong of ['sen hồng 2025', '', lan.password.slice(0, -1), `${lan.password}${'x'.repeat(200)}`]) {
      expect(await keyboard.verifyPassword(lan.id_number, wrong, caller('198.51.100.1'))).toBeUndefined();
    }
  });

  it('does not tell an unknown, locked or password-less person from a wrong password: same answer, same store calls, one hash of the same cost', async () => {
    await world.addPerson({ ...lan, id_number: '000190000002', phone: '0912000002', password: undefined });
    const locked = await world.addPerson({ ...lan, id_number: '000190000003', phone: '0912000003' });
    await lockAccount(world, locked, { ground: 'authority-request', by: 'authority' });
    const checked: string[] = [];
    const hashing: PasswordHashing = {
      ...world.hashing,
      verify: (hash, password) => {
        checked.push(hash.slice(0, hash.lastIndexOf('$', hash.lastIndexOf('$') - 1)));
        return world.hashing.verify(hash, password);
      },
    };
    const { store, asked } = counting(world.store);
    const watched = await world.keyboardWith({ hashing, store });
    const traces = [];
    // the first wrong entry of a network also begins its count
    await watched.verifyPassword('000199999998', lan.password, caller());
    for (const [number, password] of [
      [lan.id_number, 'wrong password'],
      ['000199999999', lan.password],
      ['000190000002', lan.password],
      ['000190000003', lan.password],
    ] as const) {
      asked.length = checked.length = 0;
      const answer = await watched.verifyPassword(number, password, caller());
      traces.push({ answer, asked: [...asked], checked: [...checked] });
    }
    expect(traces[0]).toEqual({
      answer: undefined,
      asked: [
        ...['get reservations', 'get accounts', 'getMany wrong_entries', 'get credentials'],
        ...Array.from({ length: 5 }, () => 'patch wrong_entries'),
        ...Array.from({ length: 4 }, () => 'insert wrong_entries'),
      ],
      checked: ['$argon2id$v=19$m=19456,t=2,p=1'],
    });
    for (const trace of traces.slice(1)) expect(trace).toEqual(traces[0]);
  });

  it('of the empty text in an imported hash lets nobody in, whatever the length of what is typed', async () => {
    const emptyHash = await world.hashing.hash('');
    await world.addPerson({
      ...lan,
      id_number: '000190000004',
      phone: '0912000004',
      password: undefined,
      password_hash: emptyHash,
    });
    for (const typed of ['', 'x'.repeat(129)])
      expect(await keyboard.verifyPassword('000190000004', typed, caller())).toBeUndefined();
  });
});

describe('guessing a password', () => {
  const guess = (address: string, browser?: string, password = 'wrong password') =>
    keyboard.verifyPassword(lan.id_number, password, caller(address, browser));

  it('is slowed after five wrong entries from one network, and the right password then waits too', async () => {
    for (let n = 0; n < 5; n += 1) expect(await guess('192.0.2.1')).toBeUndefined();
    await expect(guess('192.0.2.1', undefined, lan.password)).rejects.toMatchObject({ code: 'sign_in_slowed' });
    expect((await guess('192.0.2.2', undefined, lan.password))?.id).toBe(id);
  });

  it('by many entries at once gets no more tries than one after the other', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => guess('192.0.2.1')));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('from many networks is slowed for the account, which cannot lock its person out of a browser they know', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => guess(`203.0.113.${n}`)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(30);
    await expect(guess('198.51.100.9', undefined, lan.password)).rejects.toMatchObject({ code: 'sign_in_slowed' });
    expect((await guess('198.51.100.9', homeBrowser, lan.password))?.id).toBe(id);
  });

  it('with a made-up browser cookie counts as an unknown browser', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => guess('192.0.2.1', `made-up-${n}`)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
  });

  it('in a stolen known browser is slowed as well', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => guess(`203.0.113.${n}`, homeBrowser)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  });

  it('of an unknown person is slowed alike', async () => {
    const unknown = () => keyboard.verifyPassword('000199999999', 'x', caller());
    for (let n = 0; n < 5; n += 1) expect(await unknown()).toBeUndefined();
    await expect(unknown()).rejects.toMatchObject({ code: 'sign_in_slowed' });
  });

  it('is not what a full queue is: entries that were not checked do not count', async () => {
    const full: PasswordHashing = {
      ...world.hashing,
      verify: () => Promise.reject(new DomainError('hashing_busy', { retryAfterSeconds: 5 })),
    };
    let queue: PasswordHashing = full;
    keyboard = await world.keyboardWith({ hashing: { ...world.hashing, verify: (hash, typed) => queue.verify(hash, typed) } });
    for (let n = 0; n < 20; n += 1) await expect(guess('192.0.2.1')).rejects.toMatchObject({ code: 'hashing_busy' });
    queue = world.hashing;
    expect((await guess('192.0.2.1', undefined, lan.password))?.id).toBe(id);
  });

  it('is forgotten by a right entry: people who mistype now and then never wait', async () => {
    for (let round = 0; round < 5; round += 1) {
      for (let n = 0; n < 4; n += 1) await guess('192.0.2.1');
      expect((await guess('192.0.2.1', undefined, lan.password))?.id).toBe(id);
    }
  });
});

describe('a hash from another register', () => {
  it('is replaced by ours at the first right sign-in, and by nothing at a wrong one', async () => {
    const old = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    const person = { ...lan, id_number: '000190000005', phone: '0912000005', password: undefined, password_hash: old };
    const other = await world.addPerson(person);
    const hashNow = async () => (await world.store.get(credentials, other))?.passwordHash;
    expect(await keyboard.verifyPassword(person.id_number, 'U*V', caller())).toBeUndefined();
    expect(await hashNow()).toBe(old);
    expect((await keyboard.verifyPassword(person.id_number, 'U*U', caller()))?.id).toBe(other);
    expect(await hashNow()).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await keyboard.verifyPassword(person.id_number, 'U*U', caller()))?.id).toBe(other);
  });

  it('stays for the next time when there is no room to replace it now', async () => {
    const old = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';
    const person = { ...lan, id_number: '000190000005', phone: '0912000005', password: undefined, password_hash: old };
    const other = await world.addPerson(person);
    let isFull = false;
    const hash = (password: string) =>
      isFull ? Promise.reject(new DomainError('hashing_busy', { retryAfterSeconds: 5 })) : world.hashing.hash(password);
    keyboard = await world.keyboardWith({ hashing: { ...world.hashing, hash } });
    isFull = true;
    expect((await keyboard.verifyPassword(person.id_number, 'U*U', caller()))?.id).toBe(other);
    expect((await world.store.get(credentials, other))?.passwordHash).toBe(old);
  });
});

describe('a code of a code generator', () => {
  const seconds = () => Math.floor(world.clock.now() / 1000);
  const codeAt = (offset: number) => generateSync({ secret: totpSecret, epoch: seconds() + offset });
  const enter = (code: string, address = '192.0.2.1', browser?: string) => keyboard.verifyTotp(id, code, caller(address, browser));

  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
  ])('is that of RFC 6238 at %i s', async (at, code) => {
    world.clock.advance(at * 1000 - world.clock.now());
    expect(await enter(code)).toBe(true);
  });

  it('works one step either side, and no further', async () => {
    for (const offset of [-60, 60]) expect(await enter(codeAt(offset))).toBe(false);
    for (const offset of [-30, 0, 30]) expect(await enter(codeAt(offset))).toBe(true);
  });

  it('does not work a second time, nor does an older one after it', async () => {
    const [older, now] = [codeAt(-30), codeAt(0)];
    expect(await enter(now)).toBe(true);
    expect(await enter(now)).toBe(false);
    expect(await enter(older)).toBe(false);
    world.clock.advance(30_000);
    expect(await enter(now)).toBe(false);
    expect(await enter(codeAt(0))).toBe(true);
  });

  it('used many times at once works once', async () => {
    const code = codeAt(0);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => enter(code, '192.0.2.1', homeBrowser)));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
  });

  it('is wrong in any other shape', async () => {
    for (const wrong of ['', '12345', '1234567', 'abcdef', '１２３４５６', ' 287082'])
      expect(await enter(wrong, `192.0.2.${wrong.length}`)).toBe(false);
  });

  it('is slowed when it is guessed, also by many at once, apart from the password', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => enter(String(n).padStart(6, '0'))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    await expect(enter(codeAt(0))).rejects.toMatchObject({ code: 'sign_in_slowed' });
    expect(await enter(codeAt(0), '198.51.100.9', homeBrowser)).toBe(true);
    expect((await keyboard.verifyPassword(lan.id_number, lan.password, caller()))?.id).toBe(id);
  });

  it('is never right for a person without a generator, nor for nobody', async () => {
    const without = await world.addPerson({ ...lan, id_number: '000190000002', phone: '0912000002' });
    for (const nobody of [without, 'unknown' as AccountId])
      expect(await keyboard.verifyTotp(nobody, codeAt(0), caller())).toBe(false);
  });

  it('whose secret was copied from another account is refused', async () => {
    const thief = await world.addPerson({ ...lan, id_number: '000190000002', phone: '0912000002', totp_secret: totpSecret });
    const stolen = (await world.store.get(credentials, id))?.totpSecret ?? '';
    await world.store.patch(credentials, thief, {}, { set: { totpSecret: stolen } });
    await expect(keyboard.verifyTotp(thief, codeAt(0), caller())).rejects.toThrow();
  });
});
